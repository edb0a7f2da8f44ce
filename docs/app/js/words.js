// The words of the page in another language. What the library itself says is in English, but for the sheet.
let words = {};

export const said = (text) => words[text] ?? text;

export async function speak(language) {
  words = language === "en" ? {} : await fetch(new URL(`../words/${language}.json`, import.meta.url)).then((a) => a.json());
  document.documentElement.lang = language;
  for (const each of document.querySelectorAll("[data-t]")) {
    each.dataset.english ??= each.textContent;
    each.textContent = said(each.dataset.english);
  }
}

// Carries what is typed to the library, and what it answers to the page.
import { speak, said } from "./words.js";

const by = (id) => document.getElementById(id);
const form = by("form");
const root = new URL("../", import.meta.url);
const stages = { python: "Loading Python ...", library: "Loading the library ...", ready: "", working: "Planning ..." };
let worker, waiting, number, typing, busy;
// The form that was last asked with, the one that what is shown was made by, what was opened, and what happened since.
let asked = "", accepted = "", opened = "", happened = "";

function begin() {
  // A worker that begins as a blob is held by the policy of this page, so that it too asks no other origin.
  const script = `import ${JSON.stringify(new URL("js/worker.js", root).href)};`;
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  worker = new Worker(address, { type: "module" });
  waiting = new Map();
  number = 0;
  worker.onmessage = ({ data }) => {
    if (data.stage) stage(data.stage);
    else if (data.failed) fail(data.failed);
    else {
      waiting.get(data.id)?.(data.answer);
      waiting.delete(data.id);
    }
  };
}

function fail(why) {
  document.documentElement.dataset.stage = "failed";
  by("refused").textContent = `${said("Python could not be loaded; open the page again")}: ${why}`;
}

function stage(name) {
  document.documentElement.dataset.stage = name;
  by("loading").textContent = said(stages[name] ?? "");
}

function ask(name, given) {
  const id = ++number;
  const first = number === 1;
  return new Promise((answer) => {
    waiting.set(id, answer);
    worker.postMessage({ id, name, given });
    if (first) worker.postMessage({ name: "ready" });
  });
}

const typed = (of) => Object.fromEntries([...new FormData(of)].map(([name, text]) => [name, String(text)]));

function refuse(where, prefix, { refused = "", field = null }) {
  for (const each of where.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
  for (const each of where.querySelectorAll(".error")) each.textContent = "";
  const control = field && by(prefix + field);
  by(prefix ? "event-refused" : "refused").textContent = control ? "" : refused;
  if (!control) return;
  control.setAttribute("aria-invalid", "true");
  control.closest("details")?.setAttribute("open", "");
  by(`${prefix + field}-error`).textContent = refused;
}

const paragraphs = (lines) => lines.map((text) => Object.assign(document.createElement("p"), { textContent: text }));

function show(answer) {
  by("result").hidden = false;
  happened = answer.log;
  by("result-title").textContent = answer.title;
  by("notes").replaceChildren(...paragraphs(answer.notes));
  for (const part of ["picture", "table", "gentler", "supply", "review"]) by(part).innerHTML = answer[part];
  by("gentler").previousElementSibling.hidden = !answer.gentler;
  by("events").replaceChildren(...paragraphs(answer.events));
  document.documentElement.dataset.planned = String(Number(document.documentElement.dataset.planned ?? 0) + 1);
  compare();
  if (!by("panel-sheet").hidden) sheet();
}

// What is shown and is not what the form says now can be seen, and neither used nor taken for the new plan.
function compare() {
  const stale = JSON.stringify(typed(form)) !== accepted;
  by("stale").hidden = !stale;
  by("shown").inert = stale;
}

async function plan(now) {
  clearTimeout(typing);
  const given = typed(form);
  const text = JSON.stringify(given);
  const name = opened && !given.drug ? "facts" : "plan";
  if (!now && (text === asked || !given.start || (name === "plan" && !given.drug))) return;
  asked = text;
  working(true);
  const answer = await ask(name, given);
  if (asked !== text) return;
  working(false);
  refuse(form, "", answer);
  refuse(by("happened"), "event-", {});
  if ("refused" in answer) { if (now) (form.querySelector("[aria-invalid]") ?? by("refused")).focus(); return; }
  accepted = text;
  if (name === "plan") opened = "";
  show(answer);
  if (now && matchMedia("(max-width: 56rem)").matches) by("result-title").scrollIntoView();
}

function working(on) {
  clearTimeout(busy);
  by("stop").hidden = true;
  if (document.documentElement.dataset.stage === "ready" || !on) by("loading").textContent = on ? said(stages.working) : "";
  if (on) busy = setTimeout(() => { by("stop").hidden = false; }, 1000);
}

async function sheet() {
  const chosen = typed(form);
  const made = await ask("file", { kind: "html", language: chosen.language, large: chosen.large ?? "" });
  if (made.text) by("paper").srcdoc = made.text;
}

async function save(kind) {
  const made = await ask("file", { kind });
  by("refused").textContent = made.refused ?? "";
  if (made.refused) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([made.text], { type: made.media }));
  link.download = made.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function take(text) {
  clearTimeout(typing);
  asked = "";
  const answer = await ask("open", { ...typed(form), text });
  refuse(form, "", answer);
  by("group-opening").open ||= "refused" in answer;
  if ("refused" in answer) return;
  // The form is emptied of the plan before, so that it does not stand beside this one; facts are kept.
  for (const each of by("group-plan").querySelectorAll("input, select")) each.value = "";
  form.elements.start.value = answer.start;
  opened = text;
  asked = accepted = JSON.stringify(typed(form));
  show(answer);
}

// Python begins anew, and is told again what was shown before.
async function stop() {
  worker.terminate();
  asked = "";
  working(false);
  begin();
  const [text, log] = [opened, happened];
  if (!accepted) return;
  const before = text ? await ask("open", { ...JSON.parse(accepted), text }) : await ask("plan", JSON.parse(accepted));
  const answer = log && !("refused" in before) ? await ask("open", { ...JSON.parse(accepted), text: log }) : before;
  if (!("refused" in answer)) show(answer);
}

function fields() {
  const work = form.elements.work.value;
  for (const each of form.querySelectorAll(".field")) each.hidden = !each.dataset.works.split(" ").includes(work);
}

function choose(tab) {
  for (const each of document.querySelectorAll("[role=tab]")) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
    by(each.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (tab.id === "tab-sheet") sheet();
}

form.addEventListener("submit", (event) => { event.preventDefault(); plan(true); });
form.addEventListener("input", () => {
  fields();
  compare();
  clearTimeout(typing);
  typing = setTimeout(plan, 500);
});
by("stop").addEventListener("click", stop);
by("happened").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await ask("event", typed(by("happened")));
  refuse(by("happened"), "event-", answer);
  if (!("refused" in answer)) show(answer);
});
by("undo").addEventListener("click", async () => {
  const answer = await ask("undo", {});
  refuse(by("happened"), "event-", answer);
  if (!("refused" in answer)) show(answer);
});
by("files").addEventListener("click", ({ target }) => { if (target.dataset.file) save(target.dataset.file); });
by("print").addEventListener("click", () => by("paper").contentWindow.print());
by("bigger").addEventListener("change", ({ target }) => document.documentElement.classList.toggle("bigger", target.checked));
by("speak").addEventListener("change", ({ target }) => speak(target.value));
document.querySelector("[role=tablist]").addEventListener("click", ({ target }) => { if (target.role === "tab") choose(target); });
document.querySelector("[role=tablist]").addEventListener("keydown", ({ key, target }) => {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (!step) return;
  const next = tabs[(tabs.indexOf(target) + step + tabs.length) % tabs.length];
  next.focus();
  choose(next);
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    document.body.classList.toggle("dropping", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files[0]) event.dataTransfer.files[0].text().then(take);
  });
}
by("open").addEventListener("change", ({ target }) => { if (target.files[0]) target.files[0].text().then(take); });

fields();
begin();
const version = await fetch(new URL("version.json", root)).then((answer) => answer.json()).catch(() => ({}));
by("version").textContent = version.version ?? "";
if ("serviceWorker" in navigator) navigator.serviceWorker.register(new URL("sw.js", root)).catch(() => {});

// What the theme leaves unsaid to a screen reader, and what scrolls sideways and no key could reach.
document.addEventListener("DOMContentLoaded", () => {
  for (const caption of document.querySelectorAll(".caption[role=heading]")) caption.setAttribute("aria-level", "2");
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
  for (const box of document.querySelectorAll("pre, .table-wrapper")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
  addCopyButtons();
});

// A button on each block of code that copies it, without the "$ " before a command; it stays away where nothing can be copied.
function addCopyButtons() {
  if (!navigator.clipboard) return;
  for (const block of document.querySelectorAll("div.highlight pre")) {
    const kind = block.closest("[class*=highlight-]")?.className ?? "";
    if (/highlight-(text|pytb|output)/.test(kind)) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.innerText.replace(/^\$ /gm, "").trimEnd() + "\n");
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    block.parentElement.append(button);
  }
}

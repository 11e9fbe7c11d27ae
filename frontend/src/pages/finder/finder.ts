// Ctrl K, or a press of the bar's field, opens what finds everything. What draws it is fetched then; without scripts the field
// is a link to a page that finds the same.
const OPENER = "[data-find]";

export function finder(): void {
  const opener = document.querySelector<HTMLElement>(OPENER);
  if (opener === null) return;
  const open = (): void => void import("./palette").then(({ openPalette }) => openPalette());
  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || event.shiftKey || event.altKey || event.ctrlKey === event.metaKey) return;
    // Without this the browser would go to its own search.
    event.preventDefault();
    if (document.querySelector("dialog[open]") === null) open();
  });
}

// A menu that is a <details> closes when something else is pressed, or Escape; `?` opens the one that helps.
import { isComposing } from "../look/keys/composing";

const FIELD = "input, textarea, select, [contenteditable='true'], dialog";

export function closingMenus(): void {
  const close = (event: Event): void => {
    if (event instanceof KeyboardEvent && isComposing(event)) return;
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      const inside = event.target instanceof Node && menu.contains(event.target);
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !inside) menu.open = false;
    }
  };
  document.addEventListener("click", close);
  document.addEventListener("keydown", close);
  document.addEventListener("keydown", (event) => {
    const help = document.querySelector<HTMLDetailsElement>("details[data-help]");
    const isWriting = event.target instanceof Element && event.target.closest(FIELD) !== null;
    if (event.key !== "?" || help === null || isWriting) return;
    event.preventDefault();
    help.open = true;
    help.querySelector("a")?.focus();
  });
}

// A part of a page that is read again takes the place of the one that is shown, and who works by keys stays where they were.

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

/** The identity of an element on a page: its id, or else what it does. */
export function focusKey(element: HTMLElement): string {
  if (element.id !== "") return `#${element.id}`;
  const attribute = (name: string): string => element.getAttribute(name) ?? "";
  const action = element.closest("form")?.getAttribute("action") ?? "";
  // A summary is known by its words; those of a button may change when it is pressed.
  const words = element.tagName === "SUMMARY" ? (element.textContent ?? "").trim() : "";
  const isChoice = /^(button|checkbox|radio)$/.test(attribute("type")) || element.tagName === "BUTTON";
  const value = isChoice ? attribute("value") : "";
  return [element.tagName, action, attribute("name"), value, attribute("href"), words].join("\n");
}

/** Puts `next` in the place of `current`; the focus goes to what does the same, the same one of several. */
export function replaceKeepingFocus(current: HTMLElement, next: HTMLElement): void {
  const active = document.activeElement;
  const like = (root: HTMLElement, key: string): HTMLElement[] =>
    [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => focusKey(element) === key);
  let target: HTMLElement | undefined;
  if (active !== null && current.contains(active)) {
    const key = focusKey(active as HTMLElement);
    target = like(next, key)[like(current, key).indexOf(active as HTMLElement)];
  }
  current.replaceWith(next);
  target?.focus({ preventScroll: true });
}

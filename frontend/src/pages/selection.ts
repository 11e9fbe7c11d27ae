// The form with the changes of a draft: it says how many are chosen, and what a chosen one needs, while one chooses.

/** A change of a draft, and the names of those that it needs. */
export interface SelectableChange {
  readonly name: string;
  readonly needs: readonly string[];
  readonly isChosen: boolean;
}

export function selections(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-selection]")) follow(form);
}

function follow(form: HTMLFormElement): void {
  form.addEventListener("change", () => {
    show(form);
  });
  show(form);
}

function show(form: HTMLFormElement): void {
  const boxes = [...form.querySelectorAll<HTMLInputElement>("input[name=keys]")];
  const count = boxes.filter((box) => box.checked).length;
  const missing = missingNeeds(boxes.map(changeOf));
  write(form, "[data-selection-count]", `${String(count)} of ${String(boxes.length)} chosen`);
  write(form, "[data-selection-take]", takeWords(count, boxes.length));
  const note = form.querySelector<HTMLElement>("[data-selection-note]");
  if (note) {
    note.dataset["usual"] ??= note.textContent;
    note.textContent = missing ?? note.dataset["usual"];
    note.classList.toggle("worse", missing !== null);
  }
  const button = form.querySelector<HTMLButtonElement>("button[value=take]");
  if (button) button.disabled = count === 0 || missing !== null;
}

/** The words of the button for a number of changes. */
export function takeWords(count: number, all: number): string {
  if (count === all) return all === 1 ? "Take this change" : `Take all ${String(all)}`;
  return count === 0 ? "Take none" : count === 1 ? "Take this 1" : `Take these ${String(count)}`;
}

/** A sentence about the first chosen change that needs one which is left out; null where none does. */
export function missingNeeds(changes: readonly SelectableChange[]): string | null {
  const chosen = changes.filter((change) => change.isChosen);
  for (const change of chosen) {
    const needs = change.needs.filter((name) => !chosen.some((other) => other.name === name));
    if (needs.length > 0) return `${change.name} needs ${needs.join(" and ")}. Take both, or neither.`;
  }
  return null;
}

function changeOf(box: HTMLInputElement): SelectableChange {
  const needs = (box.dataset["needs"] ?? "").split("|").filter((name) => name !== "");
  return { name: box.dataset["change"] ?? "", needs, isChosen: box.checked };
}

function write(form: HTMLFormElement, selector: string, text: string): void {
  const element = form.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
}

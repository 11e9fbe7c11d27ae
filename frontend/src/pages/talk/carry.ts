// A part of the page is replaced by a newer one, and nobody who is at work in it notices: what is typed, open and focused stays.

/** Puts `after` in the place of `before`. Fields and what unfolds are known by the ids around them. */
export function carriedOver(before: HTMLElement, after: HTMLElement): void {
  const [fieldsBefore, fieldsAfter] = [fieldsOf(before), fieldsOf(after)];
  const [foldsBefore, foldsAfter] = [foldsOf(before), foldsOf(after)];
  for (const [key, old] of fieldsBefore) {
    const field = fieldsAfter.get(key);
    if (field !== undefined && old.value !== old.defaultValue) field.value = old.value;
  }
  for (const [key, old] of foldsBefore) {
    const fold = foldsAfter.get(key);
    if (fold !== undefined) fold.open = old.open;
  }
  for (const problem of before.querySelectorAll<HTMLElement>("[data-problem]")) {
    const form = problem.closest("form");
    if (form !== null) formLike(form, after)?.append(problem);
  }
  const active = document.activeElement;
  const focusedEntry = [...fieldsBefore].find(([, field]) => field === active);
  const focusedFold = [...foldsBefore].find(([, fold]) => active !== null && fold.firstElementChild === active);
  const choice = choiceWithFocus(before, active);
  const buttonPlace = buttonWithFocus(before, active);
  before.replaceWith(after);
  if (focusedEntry !== undefined) {
    const field = fieldsAfter.get(focusedEntry[0]);
    field?.focus({ preventScroll: true });
    field?.setSelectionRange(focusedEntry[1].selectionStart, focusedEntry[1].selectionEnd);
  } else if (focusedFold !== undefined) {
    const summary = foldsAfter.get(focusedFold[0])?.firstElementChild;
    if (summary instanceof HTMLElement) summary.focus({ preventScroll: true });
  } else if (choice !== null) {
    choices(after)[choice]?.focus({ preventScroll: true });
  } else if (buttonPlace !== null) {
    // The button that resolved a thread is gone with it: keys go on at the switch.
    const thread = after.querySelector<HTMLElement>(`#${CSS.escape(buttonPlace.thread)}`);
    const button = thread?.hidden === false ? buttonsOf(thread)[buttonPlace.index] : choices(after).find(isCurrent);
    button?.focus({ preventScroll: true });
  }
}

/** The form that stands in the place of one that was replaced: it is sent to the same address, by the same button. */
export function formLike(form: HTMLFormElement, root: ParentNode): HTMLFormElement | undefined {
  return [...root.querySelectorAll("form")].find((other) => formKey(other) === formKey(form));
}

/** The button of a form that does what another did in the form that was there before. */
export function buttonLike(button: HTMLButtonElement, form: HTMLFormElement): HTMLButtonElement | undefined {
  return [...form.querySelectorAll("button")].find(({ name, value }) => name === button.name && value === button.value);
}

/** The key of sending a form by one of its buttons; without one, as keys do, it is sent as by its first. */
export function pressKey(form: HTMLFormElement, by: HTMLElement | null): string {
  const button = by instanceof HTMLButtonElement ? by : form.querySelector("button");
  return `${form.getAttribute("action") ?? ""} ${button?.value ?? ""}`;
}

function formKey(form: HTMLFormElement): string {
  return pressKey(form, null);
}

const choices = (talk: HTMLElement): HTMLElement[] => [...talk.querySelectorAll<HTMLElement>("[data-talk-choice]")];
const isCurrent = (link: HTMLElement): boolean => link.hasAttribute("aria-current");

function choiceWithFocus(before: HTMLElement, active: Element | null): number | null {
  const index = choices(before).findIndex((link) => link === active);
  return index < 0 ? null : index;
}

type Field = HTMLTextAreaElement | HTMLInputElement;

function fieldsOf(root: HTMLElement): Map<string, Field> {
  const fields = [...root.querySelectorAll<Field>('textarea, input:not([type="hidden"])')];
  return new Map(fields.map((field) => [fieldKey(field), field]));
}

function foldsOf(root: HTMLElement): Map<string, HTMLDetailsElement> {
  return new Map([...root.querySelectorAll("details")].map((fold) => [foldKey(fold), fold]));
}

function fieldKey(field: Field): string {
  return field.id || `${field.form?.getAttribute("action") ?? ""} ${field.name}`;
}

function foldKey(fold: HTMLDetailsElement): string {
  return `${fold.parentElement?.closest("[id]")?.id ?? ""} ${fold.className}`;
}

const buttonsOf = (thread: HTMLElement): HTMLElement[] => [...thread.querySelectorAll("button")];

function buttonWithFocus(before: HTMLElement, active: Element | null): { thread: string; index: number } | null {
  if (!(active instanceof HTMLButtonElement) || !before.contains(active)) return null;
  const thread = active.closest<HTMLElement>("article");
  return thread === null ? null : { thread: thread.id, index: buttonsOf(thread).indexOf(active) };
}

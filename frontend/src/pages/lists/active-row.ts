// The row of a list that the arrow keys choose while a field above it has the focus.

/** Marks another row, or none, in view, and tells the field which. */
export function activate(field: HTMLElement, before: HTMLElement | undefined, row: HTMLElement | undefined): void {
  before?.setAttribute("aria-selected", "false");
  row?.setAttribute("aria-selected", "true");
  row?.scrollIntoView({ block: "nearest" });
  if (row === undefined) field.removeAttribute("aria-activedescendant");
  else field.setAttribute("aria-activedescendant", row.id);
}

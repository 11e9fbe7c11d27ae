// Where a form goes.

/** The path of a form's address. A form may have a button that is called "action", which hides the property. */
export function formPath(form: HTMLFormElement): string {
  return new URL(form.getAttribute("action") ?? "", window.location.href).pathname;
}

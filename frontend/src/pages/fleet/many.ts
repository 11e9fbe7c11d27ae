// Choosing devices: all that match, or some; the words say how many an act is for, and one without any is not sent.

export function choosingMany(page: HTMLElement): void {
  const form = page.querySelector<HTMLFormElement>("[data-many]");
  const all = form?.querySelector<HTMLInputElement>("[data-all]");
  if (!form || !all) return;
  const show = (): void => showChoice(page, form, all);
  page.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target === all) for (const box of boxes(page)) box.checked = all.checked;
    else if (target.name === "device" && !target.checked) all.checked = false;
    else if (target.name !== "device") return;
    show();
  });
  // The browser fills boxes again after Back.
  window.addEventListener("pageshow", show);
  show();
}

/** Says how many are chosen, also after rows were read anew. */
function showChoice(page: HTMLElement, form: HTMLFormElement, all: HTMLInputElement): void {
  const count = boxes(page).filter(({ checked }) => checked).length;
  all.indeterminate = !all.checked && count > 0;
  const words = form.querySelector<HTMLElement>("[data-chosen]");
  if (words === null) return;
  words.textContent = all.checked || count === 0 ? (words.dataset["chosen"] ?? "") : `With ${count}`;
  for (const button of form.querySelectorAll<HTMLButtonElement>("button[name=do]"))
    button.disabled = !all.checked && count === 0;
}

const boxes = (page: HTMLElement): HTMLInputElement[] => [
  ...page.querySelectorAll<HTMLInputElement>("input[name=device]"),
];

// The list of runs with data-run-choice: says how many runs are chosen, and compares them once they are enough and not too many.

export function runChoice(): void {
  document.addEventListener("change", ({ target }) => {
    const form = target instanceof Element ? target.closest<HTMLFormElement>("form[data-run-choice]") : null;
    if (form !== null) showRunChoice(form);
  });
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-run-choice]")) showRunChoice(form);
}

/** Writes the number of chosen runs beside the button, which works for as many as can be compared. */
export function showRunChoice(form: HTMLFormElement): void {
  const count = form.querySelectorAll("input[name=run]:checked").length;
  const least = Number(form.dataset["least"]);
  const most = Number(form.dataset["most"]);
  const status = form.querySelector<HTMLElement>("[data-run-count]");
  if (status !== null) status.textContent = choiceText(count, least, most);
  const button = form.querySelector<HTMLButtonElement>("button:not([type])");
  if (button !== null) button.disabled = count < least || count > most;
}

export function choiceText(count: number, least: number, most: number): string {
  const range = `${String(least)} to ${String(most)}`;
  if (count === 0) return `Choose ${range} runs`;
  return `${String(count)} chosen${count < least || count > most ? `, choose ${range}` : ""}`;
}

// Keys on the page of recordings that wait: A accepts the one in focus, R refuses it.

/** Follows keys in the form of recordings that wait. */
export function startDeciding(form: HTMLFormElement): void {
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
    const act = { a: "accept", r: "refuse" }[event.key.toLowerCase()];
    const card = event.target.closest<HTMLElement>("[data-submission]");
    if (act === undefined || card === null) return;
    event.preventDefault();
    card.querySelector<HTMLButtonElement>(`button[value^="${act}:"]`)?.click();
  });
}

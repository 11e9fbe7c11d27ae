// A review's page that was opened before a newer round began takes no verdict: its person has not seen what it would judge.

/** The part of the page that is searched. */
type Part = Pick<ParentNode, "querySelector" | "querySelectorAll">;

/** Disables the verdicts of a page that shows an earlier round than its conversation, which was read again, and shows the
 * sentence that says so, also in the bar of the verdict and in the header. The server refuses such a verdict as well. */
export function stopVerdictsOnAnEarlierRound(page: Part, conversation: Part): void {
  const newest = conversation.querySelector<HTMLElement>("[data-newest-round]");
  const roundField = conversation.querySelector<HTMLInputElement>("#respond input[name=round]");
  if (newest === null || roundField === null || newest.dataset["newestRound"] === roundField.value) return;
  newest.hidden = false;
  for (const place of page.querySelectorAll<HTMLElement>("[data-ending]")) {
    place.replaceChildren(...[...newest.childNodes].map((node) => node.cloneNode(true)));
    place.hidden = false;
  }
  for (const button of page.querySelectorAll<HTMLButtonElement>("button[form=respond][name=verdict]"))
    button.disabled = true;
}

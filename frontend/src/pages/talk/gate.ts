// Reads anew what a build's page and a review's page say of checks, of the gate and of the end of the review.
import { released } from "./read";

const PARTS = "[data-gate-part]";

/** Puts each part of the page that tells of checks in its place as it is now; nothing changes where it cannot be read. */
export async function readGateAnew(address: string): Promise<void> {
  if (document.querySelector(PARTS) === null) return;
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (response === null || !response.ok || response.redirected) return;
  const read = new DOMParser().parseFromString(await response.text(), "text/html");
  // The parts of a newer round are of another build than the page shows: it says so instead (`earlier-round.ts`).
  if (roundOf(read) !== roundOf(document)) return;
  await released();
  for (const part of document.querySelectorAll<HTMLElement>(PARTS)) {
    const fresh = read.querySelector<HTMLElement>(`[data-gate-part="${part.dataset["gatePart"] ?? ""}"]`);
    if (fresh === null || fresh.innerHTML === part.innerHTML) continue;
    // A change is read out; what is there from the first is not.
    part.setAttribute("aria-live", "polite");
    part.replaceChildren(...fresh.childNodes);
  }
}

/** The round whose verdict a page takes; undefined where it is no page of a review. */
function roundOf(page: ParentNode): string | undefined {
  return page.querySelector<HTMLInputElement>("#respond input[name=round]")?.value;
}

// Reads anew what a build's page and a review's page say of checks and of the gate, once a robot posted a result.
import { released } from "./read";

const PARTS = "[data-gate-part]";

/** Puts each part of the page that tells of checks in its place as it is now; nothing changes where it cannot be read. */
export async function readGateAnew(address: string): Promise<void> {
  if (document.querySelector(PARTS) === null) return;
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (response === null || !response.ok || response.redirected) return;
  const read = new DOMParser().parseFromString(await response.text(), "text/html");
  await released();
  for (const part of document.querySelectorAll<HTMLElement>(PARTS)) {
    const fresh = read.querySelector<HTMLElement>(`[data-gate-part="${part.dataset["gatePart"] ?? ""}"]`);
    if (fresh === null || fresh.innerHTML === part.innerHTML) continue;
    // A change is read out; what is there from the first is not.
    part.setAttribute("aria-live", "polite");
    part.replaceChildren(...fresh.childNodes);
  }
}

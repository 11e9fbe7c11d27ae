// Reads the conversation of a page anew, without disturbing who is at work in it.
import { carriedOver } from "./carry";

/** Runs a task again when it is asked for while it runs; settles when what was asked for is done. */
export function oneAtATime(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    const mine = task().finally(() => {
      if (running === mine) running = null;
    });
    running = mine;
    return mine;
  };
  return () => {
    if (running === null) return start();
    // Also after a task that failed: otherwise nothing would be read any more.
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        return start();
      });
    return next;
  };
}

/** Puts the conversation as it is now in its place, and says how much is new; nothing changes where it cannot be read. */
export async function readAnew(section: HTMLElement, address: string): Promise<void> {
  const before = section.querySelector<HTMLElement>("[data-talk]");
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (before === null || response === null || !response.ok || response.redirected) return;
  const after = new DOMParser()
    .parseFromString(await response.text(), "text/html")
    .querySelector<HTMLElement>("[data-talk]");
  if (after === null) return;
  await released();
  const knownIds = new Set(commentsOf(before).map(({ id }) => id));
  const fresh = commentsOf(after).filter(({ id }) => !knownIds.has(id));
  for (const comment of fresh) comment.classList.add("fresh");
  const isMentioning = before.querySelector("#mention-suggestions") !== null;
  carriedOver(before, after);
  // The field that somebody writes in is another one now: what was offered for it is offered again.
  if (isMentioning) document.activeElement?.dispatchEvent(new Event("input", { bubbles: true }));
  const news = section.querySelector("[data-talk-news]");
  if (news !== null && fresh.length > 0)
    news.textContent = fresh.length === 1 ? "A new comment" : `${fresh.length} new comments`;
}

let isPressed = false;
document.addEventListener("pointerdown", () => (isPressed = true), true);
const ENDS = ["pointerup", "pointercancel"] as const;
for (const end of ENDS) document.addEventListener(end, () => (isPressed = false), true);

/** Settles when nothing is pressed, and the click is over: a button that is replaced between its press and its release is not clicked. */
export async function released(): Promise<void> {
  if (!isPressed) return;
  await new Promise((resolve) => ENDS.forEach((end) => document.addEventListener(end, resolve, { once: true })));
  await new Promise((resolve) => setTimeout(resolve));
}

const commentsOf = (talk: HTMLElement): HTMLElement[] => [...talk.querySelectorAll<HTMLElement>('[id^="comment-"]')];

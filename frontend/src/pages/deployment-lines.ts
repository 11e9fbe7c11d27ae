// The lines of an organisation's first deployment come with the first signature: until then the page asks for them by its own
// button, which without scripts a person presses.
import { showCopyButtons } from "./copy";
import { oneAtATime, released } from "./talk/read";

const EVERY = 1500;

export function deploymentLines(): void {
  if (document.querySelector("[data-unsigned]") === null) return;
  const refresh = oneAtATime(readLines);
  const timer = setInterval(() => {
    if (document.querySelector("[data-unsigned]") === null) clearInterval(timer);
    else if (!document.hidden) void refresh();
  }, EVERY);
}

/** Puts the lines in their place once they are signed. */
async function readLines(): Promise<void> {
  const button = document.querySelector<HTMLFormElement | HTMLAnchorElement>("[data-unsigned] [data-lines]");
  if (button === null) return;
  const response = await answerOf(button).catch(() => null);
  if (response === null || !response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const lines = page.querySelector<HTMLElement>("#use:not([data-unsigned])");
  await released();
  if (lines === null) return;
  showCopyButtons(lines);
  document.querySelector("[data-unsigned]")?.replaceWith(lines);
}

/** A form carries the new key, which is in no address. */
function answerOf(button: HTMLFormElement | HTMLAnchorElement): Promise<Response> {
  if (button instanceof HTMLAnchorElement) return fetch(button.href);
  return fetch(button.action, { method: "POST", body: new FormData(button) });
}

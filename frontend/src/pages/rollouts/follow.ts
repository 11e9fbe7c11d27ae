// The page of a rollout shows what devices do: an event of the project says that something changed, and while it is under way
// the page is read again now and then, since devices move without events. What somebody types stays.
import { NO_ACCESS, NOT_FOUND, SIGNED_OUT } from "../../declared/closing";
import { followEvents } from "../../api/follow-events";
import { replaceKeepingFocus } from "../keep-focus";
import { saysSignedOut } from "../sign-in/signed-out";
import { showCopyButtons } from "../copy";
import { oneAtATime, released } from "../talk/read";

/** Milliseconds: as often as the server carries rollouts on. */
const EVERY = 15_000;
const PARTS = ["now", "bar"] as const;

export function rolloutPages(): void {
  const root = document.querySelector<HTMLElement>("[data-rollout]");
  if (root === null) return;
  const refresh = oneAtATime(readAgain);
  followEvents(root.dataset["events"] ?? "", {
    onEvent: (type) => {
      if (type === "rollout.changed") void refresh();
    },
    onAway: () => void refresh(),
    refusals: [SIGNED_OUT, NO_ACCESS, NOT_FOUND],
    onRefused: () => void saysSignedOut(),
  });
  setInterval(() => {
    if (!document.hidden && document.querySelector("[data-rollout-live]") !== null) void refresh();
  }, EVERY);
}

/** Reads the page by its own address: after a refused decision the browser shows the form's. */
async function readAgain(): Promise<void> {
  const response = await fetch(location.pathname.replace(/\/do$/, ""), { headers: { Accept: "text/html" } }).catch(
    () => null,
  );
  if (response === null || !response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  await released();
  for (const name of PARTS) replacePart(name, page);
}

function replacePart(name: string, page: Document): void {
  const selector = `[data-rollout-part="${name}"]`;
  const shown = document.querySelector<HTMLElement>(selector);
  const next = page.querySelector<HTMLElement>(selector);
  if (next === null) {
    // The state allows no decision any more.
    if (name === "bar") shown?.remove();
    return;
  }
  if (shown === null) {
    document.querySelector("main")?.after(next);
    return;
  }
  keepTyped(shown, next);
  showCopyButtons(next);
  if (next.innerHTML !== shown.innerHTML) replaceKeepingFocus(shown, next);
}

/** A reason that somebody writes, and a part that they opened, are in the new one too. */
export function keepTyped(shown: HTMLElement, next: HTMLElement): void {
  for (const field of shown.querySelectorAll<HTMLInputElement>("input[type=text]")) {
    const same = next.querySelector<HTMLInputElement>(`input[name="${CSS.escape(field.name)}"]`);
    if (same === null) continue;
    same.value = field.value;
  }
  const details = [...next.querySelectorAll<HTMLDetailsElement>("details")];
  for (const [place, opened] of [...shown.querySelectorAll<HTMLDetailsElement>("details")].entries())
    if (opened.open) details[place]?.setAttribute("open", "");
}

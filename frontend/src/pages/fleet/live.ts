// The list shows what devices do now: while it is looked at, it is read again and the cells that differ are replaced.
import { oneAtATime } from "../talk/read";
import { showCopyButtons } from "../copy";

/** Milliseconds: about what a device lets pass between two polls, so that nothing is missed by much. */
const EVERY = 30_000;
const PARTS = ["running", "health", "count", "matches"] as const;

export function followList(page: HTMLElement): void {
  const refresh = oneAtATime(() => readAnew(page));
  setInterval(() => {
    if (document.visibilityState === "visible") void refresh();
  }, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void refresh();
  });
}

async function readAnew(page: HTMLElement): Promise<void> {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response === null || !response.ok || response.redirected) return;
  const read = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const name of PARTS) {
    const now = page.querySelector(`[data-part=${name}]`);
    const then = read.querySelector(`[data-part=${name}]`);
    if (now !== null && then !== null) replaceWhereChanged(now, then);
  }
  for (const row of page.querySelectorAll<HTMLTableRowElement>("tr[id^=device-]")) {
    const fresh = read.getElementById(row.id);
    if (fresh instanceof HTMLTableRowElement) replaceCells(row, fresh);
  }
  for (const name of ["tag", "seen"]) {
    const now = page.querySelector(`[data-device-drawer] [data-live=${name}]`);
    const then = read.querySelector(`[data-device-drawer] [data-live=${name}]`);
    if (now !== null && then !== null) replaceWhereChanged(now, then);
  }
  showCopyButtons(page);
}

/** The box and the link of a row stay what they are: they may be chosen, or have the focus. */
function replaceCells(row: HTMLTableRowElement, fresh: HTMLTableRowElement): void {
  for (const cell of row.querySelectorAll<HTMLElement>("td[data-title]")) {
    const title = cell.dataset["title"] ?? "";
    const next = fresh.querySelector(`td[data-title="${CSS.escape(title)}"]`);
    if (next !== null) replaceWhereChanged(cell, next);
  }
}

function replaceWhereChanged(now: Element, then: Element): void {
  if (now.outerHTML !== then.outerHTML && !now.contains(document.activeElement)) now.replaceWith(then);
}

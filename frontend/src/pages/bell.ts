// The bell of a page that the server drew: its number was true then, and follows the inbox from there. The page works without.
import { badgeText, bellWords, followInbox } from "../look/inbox";

export function bells(): void {
  const bell = document.querySelector<HTMLElement>("[data-bell]");
  if (bell === null) return;
  const countAtLoad = Number(bell.dataset["unread"]);
  followInbox((unread) => show(bell, unread, countAtLoad));
}

function show(bell: HTMLElement, unread: number, countAtLoad: number): void {
  const badge = bell.querySelector<HTMLElement>("[data-badge]");
  const words = bell.querySelector<HTMLElement>("[data-bell-words]");
  if (badge) {
    badge.textContent = badgeText(unread);
    badge.hidden = unread === 0;
  }
  if (words) words.textContent = bellWords(unread);
  const newer = document.querySelector<HTMLElement>("[data-newer]");
  if (newer && unread > countAtLoad) newer.hidden = false;
}

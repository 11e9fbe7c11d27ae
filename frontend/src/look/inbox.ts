// How many notices are unread, as the inbox's socket says it, while the page is looked at; for every bell.

import { SIGNED_OUT } from "../declared/closing";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
/** The largest number that fits in a badge. */
const MOST_SHOWN = 99;

/** The text of the badge; nothing for none. */
export function badgeText(unread: number): string {
  return unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread > 0 ? `${unread}` : "";
}

/** The bell's name. */
export function bellWords(unread: number): string {
  return unread > 0 ? `Notices, ${unread} unread` : "Notices";
}

/** The number in a message of the socket; null for any other message. */
export function unreadIn(message: unknown): number | null {
  const unread: unknown = typeof message === "object" && message !== null ? Reflect.get(message, "unread") : null;
  return typeof unread === "number" ? unread : null;
}

/** Says the number now and whenever it changes. One socket while the page is looked at, none otherwise: a person may have
 * many pages open. Answers how to end it. */
export function followInbox(onUnread: (unread: number) => void): () => void {
  const ending = new AbortController();
  let socket: WebSocket | null = null;
  let wait = FIRST_WAIT;
  const open = (): void => {
    if (ending.signal.aborted || document.hidden) socket?.close();
    else if (socket === null) {
      socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/inbox`);
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        wait = FIRST_WAIT;
        const unread = unreadIn(JSON.parse(data));
        if (unread !== null && !ending.signal.aborted) onUnread(unread);
      };
      socket.onclose = ({ code }) => {
        socket = null;
        if (code === SIGNED_OUT || document.hidden || ending.signal.aborted) return;
        setTimeout(open, wait);
        wait = Math.min(wait * 2, LONGEST_WAIT);
      };
    }
  };
  document.addEventListener("visibilitychange", open, { signal: ending.signal });
  ending.signal.addEventListener("abort", open);
  open();
  return () => ending.abort();
}

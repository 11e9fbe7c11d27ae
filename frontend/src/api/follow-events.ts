// Hears by a socket that something happened: in a project, by its event log, or in the review that a guest was let in to. What
// happened is read anew, so numbers do not matter here.

export interface Hearing {
  readonly onEvent: (type: string) => void;
  /** Something may have been missed: the socket was away, or the page was written before it was there. */
  readonly onAway: () => void;
  /** The close codes for a page without a session, with another person's session, or without access. */
  readonly refusals: readonly number[];
  readonly onRefused: () => void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/** Answers how to stop. */
export function followEvents(path: string, hearing: Hearing): () => void {
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
  const address = `${scheme}://${window.location.host}${path}`;
  let wait = FIRST_WAIT;
  let isOver = false;
  let socket: WebSocket | null = null;
  const open = (): void => {
    if (isOver) return;
    socket = new WebSocket(address);
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      const type = typeOf(data);
      if (type === "hello") {
        wait = FIRST_WAIT;
        hearing.onAway();
      } else if (type !== null) hearing.onEvent(type);
    };
    socket.onclose = ({ code }) => {
      if (isOver) return;
      if (hearing.refusals.includes(code)) {
        hearing.onRefused();
        return;
      }
      setTimeout(open, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  };
  open();
  return () => {
    isOver = true;
    socket?.close();
  };
}

/** The type of a message; null for a message that is not ours. */
export function typeOf(data: unknown): string | null {
  if (typeof data !== "string") return null;
  try {
    const message: unknown = JSON.parse(data);
    const type = typeof message === "object" && message !== null && "type" in message ? message.type : null;
    return typeof type === "string" ? type : null;
  } catch {
    return null;
  }
}

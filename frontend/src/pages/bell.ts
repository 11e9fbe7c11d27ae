// The bell shows how many notices are unread, as the inbox's socket says it, while the page is looked at. The page works
// without: the number was true when it was served.

const SIGNED_OUT = 4401;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
/** What a badge has room for. */
const MOST_SHOWN = 99;

export function bells(): void {
  const bell = document.querySelector<HTMLElement>("[data-bell]");
  if (bell !== null) new Bell(bell).follow();
}

/** What the badge shows; nothing for none. */
export function badgeText(unread: number): string {
  return unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread > 0 ? `${unread}` : "";
}

/** The number in a message of the socket; null for any other message. */
export function unreadIn(message: unknown): number | null {
  const found: unknown = typeof message === "object" && message !== null ? Reflect.get(message, "unread") : null;
  return typeof found === "number" ? found : null;
}

class Bell {
  private socket: WebSocket | null = null;
  private wait = FIRST_WAIT;
  private readonly served: number;

  constructor(private readonly element: HTMLElement) {
    this.served = Number(element.dataset["unread"]);
  }

  follow(): void {
    document.addEventListener("visibilitychange", () => this.open());
    this.open();
  }

  /** One socket while the page is looked at, none otherwise: a person may have many pages open. */
  private open(): void {
    if (document.hidden) this.socket?.close();
    else if (this.socket === null) {
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/inbox`);
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        this.wait = FIRST_WAIT;
        const unread = unreadIn(JSON.parse(data));
        if (unread !== null) this.show(unread);
      };
      socket.onclose = ({ code }) => {
        this.socket = null;
        if (code === SIGNED_OUT || document.hidden) return;
        setTimeout(() => this.open(), this.wait);
        this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
      };
      this.socket = socket;
    }
  }

  private show(unread: number): void {
    const badge = this.element.querySelector<HTMLElement>("[data-badge]");
    const words = this.element.querySelector<HTMLElement>("[data-bell-words]");
    if (badge) {
      badge.textContent = badgeText(unread);
      badge.hidden = unread === 0;
    }
    if (words) words.textContent = unread > 0 ? `Notices, ${unread} unread` : "Notices";
    const newer = document.querySelector<HTMLElement>("[data-newer]");
    if (newer && unread > this.served) newer.hidden = false;
  }
}

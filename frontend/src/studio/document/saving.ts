// Whether the server has stored what was typed. The y-websocket protocol has no acknowledgement, so we make one:
// a server answers a sync step 1 after it has handled, and stored, what came before it on the same socket. Pure.

export interface Saving {
  /** Edits made in this page so far. */
  readonly made: number;
  /** Of these, how many the server is known to have stored. */
  readonly stored: number;
  /** The questions under way on this socket, oldest first: each is the number of edits that stand before it. */
  readonly asked: readonly number[];
  readonly connected: boolean;
}

export const NOTHING_YET: Saving = { made: 0, stored: 0, asked: [], connected: false };

export type SavingEvent =
  | "edited"
  /** The socket is open; the provider has asked its own first question, which stands before everything unsent. */
  | "opened"
  /** We sent a sync step 1 after every edit made so far. */
  | "asked"
  /** A sync step 2 came back: the answer to the oldest question. */
  | "answered"
  | "closed";

export function afterSaving(saving: Saving, event: SavingEvent): Saving {
  switch (event) {
    case "edited":
      return { ...saving, made: saving.made + 1 };
    case "opened":
      return { ...saving, connected: true, asked: [saving.stored] };
    case "asked":
      return { ...saving, asked: [...saving.asked, saving.made] };
    case "answered": {
      const [oldest, ...asked] = saving.asked;
      return { ...saving, asked, stored: Math.max(saving.stored, oldest ?? saving.stored) };
    }
    case "closed":
      return { ...saving, connected: false, asked: [] };
  }
}

export type SaveState = "saved" | "saving" | "offline" | "offline-unsent" | "closed";

export function isStored(saving: Saving): boolean {
  return saving.stored === saving.made;
}

/** What the page says. */
export function saveState(saving: Saving): SaveState {
  if (!saving.connected) return isStored(saving) ? "offline" : "offline-unsent";
  return isStored(saving) ? "saved" : "saving";
}

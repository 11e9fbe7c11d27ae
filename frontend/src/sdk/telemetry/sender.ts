// Sends counts to a deployment: at most once an hour while the rune runs, and what is left when the page is hidden.
import type { RuneCounts } from "../../runtime/types";
import { dayOf, pageDocument } from "./document";
import { NOTHING_PENDING, withCounts, type PendingCounts } from "./pending";

export const HOUR = 3_600_000;

/** The outcome for documents that were handed to the network. */
type Delivery = "taken" | "later" | "refused" | "ended";

export interface CountSender {
  /** Adds counts of now. */
  readonly add: (counts: RuneCounts) => void;
  /** Sends what is there. */
  readonly flush: () => void;
  /** Drops what is there, and counts no more. */
  readonly end: () => void;
}

/** `onEnd` is called where the server takes no counts of this deployment any more. */
export function countSender(url: string, digest: string, onEnd: () => void): CountSender {
  let pending: PendingCounts = NOTHING_PENDING;
  let last = Date.now();
  let hasEnded = false;

  const end = (): void => {
    hasEnded = true;
    pending = NOTHING_PENDING;
  };
  const flush = (): void => {
    // Without a network nothing is handed over, and so nothing is lost.
    if (pending.size === 0 || isOffline()) return;
    const parts = pending;
    pending = NOTHING_PENDING;
    last = Date.now();
    for (const [day, counts] of parts) {
      void post(url, pageDocument(day, digest, counts)).then((delivery) => {
        if (hasEnded) return;
        if (delivery === "later") pending = withCounts(pending, day, counts);
        if (delivery !== "ended") return;
        end();
        onEnd();
      });
    }
  };
  return {
    add(counts) {
      if (hasEnded) return;
      pending = withCounts(pending, dayOf(Date.now()), counts);
      if (Date.now() - last >= HOUR) flush();
    },
    flush,
    end,
  };
}

/**
 * Posts a document. A request that fails is not sent again: it may have arrived, and without an identifier the server
 * would count it twice.
 */
async function post(url: string, body: Uint8Array<ArrayBuffer>): Promise<Delivery> {
  try {
    // Bytes without a type and without a header of ours: the browser asks nothing before, also while the page ends.
    const answer = await fetch(url, {
      method: "POST",
      body,
      keepalive: true,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
    });
    if (answer.ok) return "taken";
    if (answer.status === 429) return "later";
    return [401, 403, 404, 410].includes(answer.status) ? "ended" : "refused";
  } catch {
    return "refused";
  }
}

/** Whether the host says that there is no network. Node 20 says nothing. */
function isOffline(): boolean {
  return (globalThis as { navigator?: { onLine?: boolean } }).navigator?.onLine === false;
}

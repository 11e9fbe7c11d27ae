// Recordings of the preview, kept in this browser over a reload of the tab. They never leave the machine, and go after a day,
// with the tab's session, or when somebody signs out in this browser.
import { clear, createStore, del, delMany, entries, set, type UseStore } from "idb-keyval";
import type { Recording, RecordingShelf } from "../../../preview";

/** src/pages/sign-in/forget-unsent.ts empties the database of this name. */
const DATABASE = "hammer-forge recordings";
/** As in src/pages/sign-in/forget-unsent.ts: another window of this browser signs out. */
const SIGN_OUT = "hammer-forge sign-out";
/** Where a tab keeps its own name: it stays over a reload and ends with the tab. */
const TAB = "hammer-forge tab";
/** Recordings that nobody came back for are deleted after so many ms: a day. */
const MAX_AGE = 24 * 3600 * 1000;

interface Entry {
  readonly at: number;
  readonly recording: Recording;
}

export function recordingShelf(person: string, project: string, now: () => number = Date.now): RecordingShelf {
  const store = createStore(DATABASE, "recordings");
  const prefix = `${person} ${project} ${tabName()} `;
  let isKeeping = true;
  new BroadcastChannel(SIGN_OUT).addEventListener("message", () => {
    isKeeping = false;
    void clear(store);
  });
  return {
    read: async () => {
      const all = await entries<string, Entry>(store);
      const old = all.filter(([, { at }]) => now() - at > MAX_AGE).map(([key]) => key);
      await delMany(old, store);
      return all
        .filter(([key]) => key.startsWith(prefix) && !old.includes(key))
        .map(([, { recording }]) => recording)
        .sort((one, other) => one.id - other.id);
    },
    put: async (recording) => put(store, prefix, recording, isKeeping, now()),
    remove: (id) => del(prefix + String(id), store),
  };
}

async function put(
  store: UseStore,
  prefix: string,
  recording: Recording,
  isKeeping: boolean,
  at: number,
): Promise<void> {
  if (!isKeeping) throw new Error("Somebody signed out in this browser.");
  await set(prefix + String(recording.id), { at, recording } satisfies Entry, store);
}

function tabName(): string {
  const name = sessionStorage.getItem(TAB) ?? crypto.getRandomValues(new Uint32Array(2)).join("-");
  sessionStorage.setItem(TAB, name);
  return name;
}

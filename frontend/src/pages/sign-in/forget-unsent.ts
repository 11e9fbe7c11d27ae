// Signing out deletes what the studio kept in this browser, since others may use it next: edits that were not sent, and recordings.
import { formPath } from "./form-path";

/** As in src/studio/document/sync/unsent.ts. */
const STORAGE_PREFIX = "hammer-forge unsent ";
/** As in src/studio/session/samples/recording-shelf.ts. */
const RECORDINGS = "hammer-forge recordings";
/** Told to open pages, as in src/studio/session/signed-in.ts, so that they keep nothing more. */
const CHANNEL = "hammer-forge sign-out";

export function forgetUnsent(): void {
  document.addEventListener("submit", ({ target }) => {
    if (!(target instanceof HTMLFormElement) || formPath(target) !== "/accounts/logout/") return;
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage("signed out");
    channel.close();
    try {
      for (const name of Object.keys(localStorage)) if (name.startsWith(STORAGE_PREFIX)) localStorage.removeItem(name);
      clearRecordings();
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
  });
}

/** Empties the database, whose open connections in other windows would hold up a deletion. Makes none where there is none. */
function clearRecordings(): void {
  const opening = indexedDB.open(RECORDINGS);
  opening.onupgradeneeded = () => opening.transaction?.abort();
  opening.onsuccess = () => {
    const database = opening.result;
    for (const name of database.objectStoreNames) database.transaction(name, "readwrite").objectStore(name).clear();
    database.close();
  };
}

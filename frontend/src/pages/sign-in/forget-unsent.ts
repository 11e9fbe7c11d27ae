// Signing out takes along the edits that the studio kept in this browser because they were not sent: others may use it next.

/** As in src/studio/document/sync/unsent.ts. */
const STORAGE_PREFIX = "hammer-forge unsent ";
/** Told to open pages, as in src/studio/session/signed-in.ts, so that they keep nothing more. */
const CHANNEL = "hammer-forge sign-out";

export function forgetUnsent(): void {
  document.addEventListener("submit", ({ target }) => {
    if (!(target instanceof HTMLFormElement) || new URL(target.action).pathname !== "/accounts/logout/") return;
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage("signed out");
    channel.close();
    try {
      for (const name of Object.keys(localStorage)) if (name.startsWith(STORAGE_PREFIX)) localStorage.removeItem(name);
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
  });
}

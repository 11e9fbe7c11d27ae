// Signing out on a phone takes along what the player kept there to run without a network.
import { formPath } from "./form-path";

/** As in src/player/phone/kept.ts. */
const CACHE = "player-kept";

export function forgetPlayers(): void {
  document.addEventListener("submit", ({ target }) => {
    // A page without HTTPS has nothing kept, and nothing to ask.
    if (target instanceof HTMLFormElement && formPath(target) === "/accounts/logout/" && "caches" in window) {
      void caches.delete(CACHE);
    }
  });
}

// Keeps the screen on while a rune runs. A phone that will not, or a browser that cannot, goes dark as ever.
import { useEffect } from "react";

/** Milliseconds after the last run at which a phone may sleep again. */
const REST = 60_000;

/** Holds the lock while runs come; `note` is called for each. */
export class Awake {
  #lock: WakeLockSentinel | null = null;
  #isRequesting = false;
  #isWanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly note = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.rest(), REST);
    this.#isWanted = true;
    void this.#hold();
  };

  rest(): void {
    clearTimeout(this.#timer);
    this.#isWanted = false;
    void this.#lock?.release();
    this.#lock = null;
  }

  /** The browser takes the lock away with the page, and a page that is shown again asks anew. */
  readonly onVisibilityChange = (): void => {
    if (!document.hidden && this.#isWanted) void this.#hold();
  };

  async #hold(): Promise<void> {
    if (this.#isRequesting || document.hidden || (this.#lock !== null && !this.#lock.released)) return;
    if (!("wakeLock" in navigator)) return;
    this.#isRequesting = true;
    // Refused with a low battery, say: then the phone knows better.
    this.#lock = await navigator.wakeLock.request("screen").catch(() => null);
    this.#isRequesting = false;
    if (!this.#isWanted) this.rest();
  }
}

export function useAwake(awake: Awake): void {
  useEffect(() => {
    document.addEventListener("visibilitychange", awake.onVisibilityChange);
    return () => {
      document.removeEventListener("visibilitychange", awake.onVisibilityChange);
      awake.rest();
    };
  }, [awake]);
}

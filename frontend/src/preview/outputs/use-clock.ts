// The page's clock for "4 s ago": it ticks once a second while somebody watches.
// eslint-disable-next-line no-restricted-imports -- a clock keeps no state
import { useSyncExternalStore } from "react";

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, 1000);
  return () => clearInterval(timer);
}

/** Milliseconds of the page's clock, in whole seconds so that it only changes when it ticks. */
export function useClock(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(performance.now() / 1000) * 1000);
}

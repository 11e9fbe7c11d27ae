// A store of Svelte for a rune: @hammer-forge/rune/svelte. The contract of a store is one function, so Svelte is not needed.
import { load, type LoadOptions, type Rune } from "./index";

export type RuneStoreState =
  | { readonly state: "loading" }
  | { readonly state: "loaded"; readonly rune: Rune }
  | { readonly state: "error"; readonly error: unknown };

export interface RuneStore {
  subscribe(run: (state: RuneStoreState) => void): () => void;
}

/** Loads a rune once somebody subscribes, and closes it after the last one left. */
export function runeStore(source: string, options: LoadOptions = {}): RuneStore {
  const subscribers = new Set<(state: RuneStoreState) => void>();
  let state: RuneStoreState = { state: "loading" };
  let abort = new AbortController();

  const set = (next: RuneStoreState): void => {
    state = next;
    subscribers.forEach((run) => run(state));
  };
  const start = (): void => {
    const { signal } = (abort = new AbortController());
    state = { state: "loading" };
    load(source, { ...options, signal }).then(
      (rune) => (signal.aborted ? rune.close() : set({ state: "loaded", rune })),
      (error: unknown) => (signal.aborted ? undefined : set({ state: "error", error })),
    );
  };
  return {
    subscribe(run) {
      if (subscribers.size === 0) start();
      subscribers.add(run);
      run(state);
      return () => {
        subscribers.delete(run);
        if (subscribers.size > 0) return;
        abort.abort();
        if (state.state === "loaded") state.rune.close();
      };
    },
  };
}

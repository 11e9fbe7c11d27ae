// A hook of React for a rune: @hammer-forge/rune/react.
import { useEffect, useState } from "react";
import type { LoadOptions, Rune } from "./index";
import { load } from "./index";

export type RuneState =
  | { readonly state: "loading" }
  | { readonly state: "loaded"; readonly rune: Rune }
  | { readonly state: "error"; readonly error: Error };

const LOADING: RuneState = { state: "loading" };

type Options = Pick<LoadOptions, "key" | "digest" | "publicKey" | "root" | "cache" | "telemetry">;

/** Loads a rune while the component is shown, and again where its address or an option changes. */
export function useRune(source: string, { key, digest, publicKey, root, cache, telemetry }: Options = {}): RuneState {
  const requestKey = JSON.stringify([source, key, digest, publicKey, root, cache, telemetry]);
  const [outcome, setOutcome] = useState<{ readonly requestKey: string; readonly state: RuneState } | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    let loadedRune: Rune | null = null;
    const end = (state: RuneState): void => {
      if (!abort.signal.aborted) setOutcome({ requestKey, state });
    };
    load(source, {
      signal: abort.signal,
      ...(key !== undefined && { key }),
      ...(digest !== undefined && { digest }),
      ...(publicKey !== undefined && { publicKey }),
      ...(root !== undefined && { root }),
      ...(cache !== undefined && { cache }),
      ...(telemetry !== undefined && { telemetry }),
    }).then(
      (rune) => {
        loadedRune = rune;
        if (abort.signal.aborted) rune.close();
        end({ state: "loaded", rune });
      },
      (error: unknown) => end({ state: "error", error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => {
      abort.abort();
      loadedRune?.close();
    };
  }, [requestKey, source, key, digest, publicKey, root, cache, telemetry]);
  return outcome?.requestKey === requestKey ? outcome.state : LOADING;
}

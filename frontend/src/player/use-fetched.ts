// A rune at an address, on its way into the page.
import { useEffect, useState } from "react";
import { fetchRune } from "./fetch-rune";

export type FetchState =
  | { readonly state: "fetching"; readonly share: number | null }
  | { readonly state: "there"; readonly rune: ArrayBuffer }
  | { readonly state: "failed"; readonly reason: string };

const NOT_YET: FetchState = { state: "fetching", share: null };

/** Fetches a file of the rune; `null` fetches nothing yet. The second tries again after a failure. */
export function useFetched(address: string | null): [fetchState: FetchState, again: () => void] {
  const [fetchState, setFetchState] = useState<FetchState>(NOT_YET);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (address === null) return undefined;
    const leaving = new AbortController();
    fetchRune(address, leaving.signal, (share) => setFetchState({ state: "fetching", share })).then(
      (rune) => setFetchState({ state: "there", rune }),
      (error: unknown) => {
        if (!leaving.signal.aborted)
          setFetchState({ state: "failed", reason: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => leaving.abort();
  }, [address, turn]);
  return [
    fetchState,
    () => {
      setFetchState(NOT_YET);
      setTurn(turn + 1);
    },
  ];
}

/** `Fetching Digits… 40 %` */
export function fetchingText(fetchState: FetchState, name: string): string {
  const isKnown = fetchState.state === "fetching" && fetchState.share !== null;
  return `Fetching ${name}…${isKnown ? ` ${Math.round((fetchState.share ?? 0) * 100)} %` : ""}`;
}

// The bytes of the rune that the preview names. The old ones stay until the new ones are here, so that nothing stops.
import type { PreviewBuild } from "../../../api/schema";
import { useEffect, useState } from "react";
import type { ProjectClient } from "../../api/client";
import { sentenceOf } from "../../api/problem";

export interface RuneBytes {
  readonly digest: string;
  readonly bytes: ArrayBuffer;
}

export interface FetchedRune {
  readonly rune: RuneBytes | null;
  readonly error: string | null;
}

/** A rune by its digest, and where its bytes are; one without an address is fetched nowhere. */
type WantedRune = Pick<PreviewBuild, "rune_digest"> & { readonly rune_url: string | null };

/** How often it is fetched again before the reason is shown. */
const TRIES = 4;
/** Milliseconds before the next try: twice as many each time, up to the longest. */
const FIRST_WAIT = 400;
const LONGEST_WAIT = 25_600;

/** Fetches until the bytes are here, as when a connection is lost for long. Answers how to stop. */
export function fetchUntilHere(
  fetch: () => Promise<ArrayBuffer>,
  onBytes: (bytes: ArrayBuffer) => void,
  onFailure: (reason: unknown) => void,
): () => void {
  let isActive = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const attemptAt = (attempt: number): void => {
    fetch().then(
      (bytes) => {
        if (isActive) onBytes(bytes);
      },
      (reason: unknown) => {
        if (!isActive) return;
        if (attempt >= TRIES) onFailure(reason);
        timer = setTimeout(() => attemptAt(attempt + 1), Math.min(FIRST_WAIT * 2 ** attempt, LONGEST_WAIT));
      },
    );
  };
  attemptAt(0);
  return () => {
    isActive = false;
    clearTimeout(timer);
  };
}

/**
 * Nothing is asked for while `isSignedOut`; what is lacking then is fetched when its person is back. What came by itself
 * as `pushedRune` is not fetched.
 */
export function useRune(
  client: ProjectClient,
  wantedRune: WantedRune | null,
  isSignedOut: boolean,
  pushedRune: RuneBytes | null = null,
): FetchedRune {
  const [fetchedRune, setFetchedRune] = useState<FetchedRune>({ rune: null, error: null });
  const address = wantedRune?.rune_url ?? null;
  const digest = wantedRune?.rune_digest ?? null;
  // The running rune goes on: the same bytes in another buffer would start it anew.
  const here = [fetchedRune.rune, pushedRune].find((each) => each !== null && each.digest === digest) ?? null;
  if (here !== null && (here !== fetchedRune.rune || fetchedRune.error !== null))
    setFetchedRune({ rune: here, error: null });
  useEffect(() => {
    if (here !== null || digest === null || address === null || isSignedOut) return;
    return fetchUntilHere(
      () => client.rune(address),
      (bytes) => setFetchedRune({ rune: { digest, bytes }, error: null }),
      (reason) => setFetchedRune((before) => ({ ...before, error: sentenceOf(reason) })),
    );
    // One digest is one content; the address may name it through another build, and comes later than a rune that is pushed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, digest, address === null, here === null, isSignedOut]);
  return fetchedRune;
}

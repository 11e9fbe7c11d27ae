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

const TRIES = 4;
const FIRST_WAIT = 400;

/** Nothing is asked for while `isSignedOut`; what is lacking then is fetched when its person is back. */
export function useRune(client: ProjectClient, build: PreviewBuild | null, isSignedOut: boolean): FetchedRune {
  const [fetched, setFetched] = useState<FetchedRune>({ rune: null, error: null });
  const address = build?.rune_url ?? null;
  const digest = build?.rune_digest ?? null;
  useEffect(() => {
    if (address === null || digest === null || isSignedOut) return;
    let isActive = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fetchRune = (attempt: number): void => {
      client.rune(address).then(
        (bytes) => {
          // The running rune goes on: the same bytes in another buffer would start it anew.
          if (isActive)
            setFetched(({ rune }) => ({ rune: rune?.digest === digest ? rune : { digest, bytes }, error: null }));
        },
        (reason: unknown) => {
          if (!isActive) return;
          if (attempt < TRIES) timer = setTimeout(() => fetchRune(attempt + 1), FIRST_WAIT * 2 ** attempt);
          else setFetched((before) => ({ ...before, error: sentenceOf(reason) }));
        },
      );
    };
    fetchRune(0);
    return () => {
      isActive = false;
      clearTimeout(timer);
    };
    // One digest is one content; the address may name it through another build.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, digest, isSignedOut]);
  return fetched;
}

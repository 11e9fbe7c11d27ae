// The server's hits outside of the project that is open: other projects, builds, people, their files, and the
// documentation.
import { useEffect, useState } from "react";
import { findHits, HIT_WORDS, type Hit } from "../../look/search";
import type { Destination } from "../context/destination";

/** Milliseconds without a key after which the server is asked. */
const PAUSE = 120;
/** Letters from which on it is. */
const LEAST = 2;
const NOTHING: readonly Destination[] = [];

/** The hits for a query, below those of the page; nothing without the address of the project that is open. */
export function useServerSearch(query: string, here: string | undefined): readonly Destination[] {
  const [results, setResults] = useState({ text: "", hits: NOTHING });
  const text = query.trim();
  const isEnabled = here !== undefined && text.length >= LEAST;
  useEffect(() => {
    if (!isEnabled) return;
    const ending = new AbortController();
    const timer = setTimeout(() => {
      findHits(text, ending.signal)
        .then((hits) => setResults({ text, hits: hits.filter((hit) => !isHere(hit, here)).map(destinationOf) }))
        // Without the server the page still finds what it has.
        .catch(() => undefined);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [isEnabled, here, text]);
  // A hit for other words is not offered: Enter would go there.
  return isEnabled && results.text === text ? results.hits : NOTHING;
}

/** The files of this project, and the project itself, are among what the page finds. */
function isHere({ kind, url }: Hit, here: string): boolean {
  return (kind === "file" || kind === "project") && url.startsWith(`${here}/studio`);
}

function destinationOf({ kind, title, detail, url }: Hit): Destination {
  return {
    id: url,
    title,
    kind: detail === "" ? HIT_WORDS[kind].one : `${HIT_WORDS[kind].one} · ${detail}`,
    go: () => window.location.assign(url),
  };
}

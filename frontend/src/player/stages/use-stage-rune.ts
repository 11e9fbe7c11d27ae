// When the rune that says what each stage gives takes the place of the plain one of the same text.
import { useCallback, useEffect, useState } from "react";
import { atRest } from "../at-rest";
import type { StageSettings } from "./settings";
import type { StageRune } from "./stage-rune";

interface StageRunning {
  /** Null before the plain rune has run, and where there is none. */
  readonly stageRune: StageRune | null;
  readonly onRun: () => void;
  /** It cannot run: the plain one runs again. */
  readonly onLost: () => void;
}

/** After the first run, so that the answer does not wait for it. */
export function useStageRune(settings: StageSettings | null): StageRunning {
  const [hasRun, setHasRun] = useState(false);
  const [rune, setRune] = useState<StageRune | null>(null);
  useEffect(() => {
    if (settings === null || !hasRun) return undefined;
    const leaving = new AbortController();
    const { signal } = leaving;
    const use = (fetched: StageRune | null): void => {
      if (!signal.aborted) setRune(fetched);
    };
    atRest(() => {
      if (signal.aborted) return;
      void import("./stage-rune").then(({ stageRune }) => stageRune(settings, signal)).then(use, () => use(null));
    });
    return () => leaving.abort();
  }, [settings, hasRun]);
  return {
    stageRune: rune,
    onRun: useCallback(() => setHasRun(true), []),
    onLost: useCallback(() => setRune(null), []),
  };
}

// The scores that the trained rune gives to validation recordings, computed once in the page. Test recordings are never run.
import { useEffect, useState, type RefObject } from "react";
import { DEFAULT_CALLING, FrameEngine, NO_READINGS, read } from "../../../preview";
import { oneInput } from "../../../preview/recordings/comparing/comparing";
import { contentOfFile } from "../../../preview/recordings/capture/decode";
import { lengthOf, windowsOf } from "../../../preview/recordings/capture/recording";
import type { ScoredRecording } from "../../../preview/threshold/counting";
import { DEFAULT_LIMITS, isRecordingKind } from "../../../runtime";
import type { Sample, StartServer } from "../server";

export interface ValidationScores {
  /** The labels in the order of the scores. */
  readonly names: readonly string[];
  readonly recordings: readonly ScoredRecording[];
}

/** Recordings that are run; more take too long for a page. */
const MOST = 120;

export function useScores(
  rune: ArrayBuffer | null,
  samples: readonly Sample[],
  server: StartServer,
  container: RefObject<HTMLElement | null>,
): ValidationScores | null {
  const [scores, setScores] = useState<{ readonly rune: ArrayBuffer; readonly scores: ValidationScores } | null>(null);
  const numbers = samples.map(({ number }) => number).join();
  useEffect(() => {
    if (rune === null || samples.length === 0 || container.current === null) return undefined;
    const controller = new AbortController();
    const engine = new FrameEngine(undefined);
    engine.attach(container.current);
    scoresOf(engine, rune, samples.slice(0, MOST), server, controller.signal).then(
      (result) => !controller.signal.aborted && setScores({ rune, scores: result }),
      // Without scores there is no threshold to set; the rune itself runs all the same.
      () => undefined,
    );
    return () => {
      controller.abort();
      engine.close();
    };
    // The samples are those of their numbers.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [rune, numbers, server, container]);
  return scores?.rune === rune ? scores.scores : null;
}

async function scoresOf(
  engine: FrameEngine,
  rune: ArrayBuffer,
  samples: readonly Sample[],
  server: StartServer,
  signal: AbortSignal,
): Promise<ValidationScores> {
  let names: readonly string[] = [];
  const recordings: ScoredRecording[] = [];
  for (const sample of samples) {
    if (signal.aborted || !isRecordingKind(sample.kind)) break;
    const loadedRune = await engine.load(rune.slice(0), DEFAULT_LIMITS, {});
    const request = oneInput(loadedRune);
    const file = await server.recording(sample.number);
    const content = await contentOfFile({ label: sample.label, kind: sample.kind, file }, request);
    const inputs = windowsOf(content, request);
    if (inputs === null) continue;
    const windows: (readonly number[])[] = [];
    for (let index = 0; index < inputs.count && !signal.aborted; index += 1) {
      const { outputs } = await engine.run(new Map([[request.id, inputs.at(index)]]));
      const context = { wordlists: loadedRune.wordlists, isStream: false, calling: DEFAULT_CALLING, now: index };
      for (const card of read(NO_READINGS, outputs, context).cards) {
        if (card.kind !== "scores" && card.kind !== "word") continue;
        const inOrder = card.scores.toSorted((one, other) => one.index - other.index);
        if (inOrder.length < 2) continue;
        names = inOrder.map(({ name }) => name);
        windows.push(inOrder.map(({ value }) => value));
        break;
      }
    }
    recordings.push({ label: sample.label, seconds: lengthOf(content) / 1000, windows });
  }
  return { names, recordings };
}

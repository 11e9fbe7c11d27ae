// A rune on many recordings, one after another in one sandbox: what it answers to each.
import { DEFAULT_LIMITS } from "../../runtime";
import { FrameEngine } from "../running/use-session";
import { hearLoaded, oneInput } from "./comparing/comparing";
import { contentOfFile, type StoredRecording } from "./capture/decode";

/** A recording that is read when it is its turn. */
export interface SampleRecording {
  readonly id: string;
  readonly read: () => Promise<StoredRecording>;
}

/**
 * A rune's answer to a recording: the answer to its last window that has one, and its outputs, to tell whether two are
 * identical; or why it cannot run on it.
 */
export type RuneAnswer = { readonly answer: string | null; readonly outputs: string } | { readonly problem: string };

/** The answers by the recordings' ids. Rejects with an Error for a person where the rune does not run at all. */
export async function heardOnAll(
  container: HTMLElement,
  rune: ArrayBuffer,
  recordings: readonly SampleRecording[],
  signal: AbortSignal,
  onAnswered: (count: number) => void,
): Promise<ReadonlyMap<string, RuneAnswer>> {
  const engine = new FrameEngine(undefined);
  engine.attach(container);
  const byRecording = new Map<string, RuneAnswer>();
  try {
    const loadedRune = await engine.load(rune, DEFAULT_LIMITS, {});
    const request = oneInput(loadedRune);
    for (const { id, read } of recordings) {
      if (signal.aborted) break;
      try {
        const content = await contentOfFile(await read(), request);
        const { answers, outputs } = await hearLoaded(engine, loadedRune, request, content, signal);
        byRecording.set(id, { answer: answers.findLast((each) => each !== null) ?? null, outputs: outputs.join() });
      } catch (error) {
        byRecording.set(id, { problem: error instanceof Error ? error.message : String(error) });
      }
      onAnswered(byRecording.size);
    }
  } finally {
    engine.close();
  }
  return byRecording;
}

// The scores that a rune gives for recordings of the project: each is run once, and counted at any threshold then.
import { DEFAULT_LIMITS, type OutputMessage } from "../../runtime";
import { contentOfFile } from "../recordings/capture/decode";
import { oneInput } from "../recordings/comparing/comparing";
import { lengthOf, windowsOf } from "../recordings/capture/recording";
import { namedOutputs } from "../readings/readings";
import type { SampleRecording } from "../recordings/samples";
import type { PreviewEngine } from "../running/session";
import type { ScoredRecording } from "./counting";

export interface LabelledRecording extends SampleRecording {
  readonly label: string;
}

export interface ScoringResult {
  readonly recordings: readonly ScoredRecording[];
  /** Those that could not be run, each with a sentence. */
  readonly problems: readonly string[];
  /** Recordings that the time did not reach. */
  readonly remaining: number;
}

/** Milliseconds after which no further recording is begun. */
const TIME = 60_000;

/** `key` is that of the card: which output, and which of its tensors. */
export async function scoresOfAll(
  engine: PreviewEngine,
  rune: ArrayBuffer,
  all: readonly LabelledRecording[],
  key: string,
  signal: AbortSignal,
  onScored: (count: number) => void,
  now: () => number = () => performance.now(),
): Promise<ScoringResult> {
  const recordings: ScoredRecording[] = [];
  const problems: string[] = [];
  const end = now() + TIME;
  for (const [index, recording] of all.entries()) {
    if (signal.aborted || now() > end) return { recordings, problems, remaining: all.length - index };
    try {
      recordings.push(await scoresOf(engine, rune, recording, key, signal));
    } catch (error) {
      problems.push(`${recording.label}: ${error instanceof Error ? error.message : String(error)}`);
    }
    onScored(index + 1);
  }
  return { recordings, problems, remaining: 0 };
}

/** Each recording is given to the rune as it starts: no window is of two of them. */
async function scoresOf(
  engine: PreviewEngine,
  rune: ArrayBuffer,
  { label, read }: LabelledRecording,
  key: string,
  signal: AbortSignal,
): Promise<ScoredRecording> {
  const request = oneInput(await engine.load(rune.slice(0), DEFAULT_LIMITS, {}));
  const content = await contentOfFile(await read(), request);
  const inputs = windowsOf(content, request);
  if (inputs === null) throw new Error("It is not of the kind that the rune reads.");
  const windows: (readonly number[])[] = [];
  for (let index = 0; index < inputs.count && !signal.aborted; index += 1) {
    const { outputs } = await engine.run(new Map([[request.id, inputs.at(index)]]));
    const scores = scoresIn(outputs, key);
    if (scores !== null) windows.push(scores);
  }
  return { label, seconds: lengthOf(content) / 1000, windows };
}

function scoresIn(outputs: readonly OutputMessage[], key: string): readonly number[] | null {
  const tensor = namedOutputs(outputs).find((each) => each.key === key)?.tensor;
  return tensor === undefined || tensor.type === "utf8" ? null : tensor.elements.map(Number);
}

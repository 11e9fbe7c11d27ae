// Two runes on the same recording, one after another, window by window. No component; what runs them is given.
import { DEFAULT_LIMITS, type CapabilityRequest, type LoadedRune, type OutputMessage } from "../../../runtime";
import { median } from "../../readings/numbers";
import { DEFAULT_CALLING, NO_READINGS, read, type Card, type Readings } from "../../readings/readings";
import type { PreviewEngine } from "../../running/session";
import { windowsOf, type Content } from "../capture/recording";

/** Windows of one comparison: more are spread evenly over the recording. */
const MOST_WINDOWS = 120;

export interface Spread {
  readonly low: number;
  readonly high: number;
}

export interface WindowAnswers {
  /** The called word of each window; null where the rune's answer is no word. */
  readonly answers: readonly (string | null)[];
  /** The median of a run, and between which times half of them lie. */
  readonly milliseconds: number | null;
  readonly spread: Spread;
  /** The cards after the last window. */
  readonly cards: readonly Card[];
  /** The outputs of every window, to compare two runes. */
  readonly outputs: readonly string[];
}

/** Runs a rune on all of a recording. Rejects with an Error whose message is for a person. */
export async function hear(
  engine: PreviewEngine,
  rune: ArrayBuffer,
  content: Content,
  signal: AbortSignal,
): Promise<WindowAnswers> {
  const loadedRune = await engine.load(rune, DEFAULT_LIMITS, {});
  return hearLoaded(engine, loadedRune, oneInput(loadedRune), content, signal);
}

/** The only input of a rune. Throws an Error whose message is for a person. */
export function oneInput({ capabilities }: LoadedRune): CapabilityRequest {
  const [request] = capabilities;
  if (request === undefined || capabilities.length > 1)
    throw new Error("A recording is one input. Runes that read several inputs cannot be compared on it.");
  return request;
}

/** The same with a rune that the engine has loaded. */
export async function hearLoaded(
  engine: PreviewEngine,
  loadedRune: LoadedRune,
  request: CapabilityRequest,
  content: Content,
  signal: AbortSignal,
): Promise<WindowAnswers> {
  const windows = windowsOf(content, request);
  if (windows === null)
    throw new Error(`This recording is not of the kind that the rune reads (${request.kind.toLowerCase()}).`);
  const isStream = request.isStream === true;
  const count = isStream ? windows.count : Math.min(windows.count, MOST_WINDOWS);
  const [answers, times, outputs]: [(string | null)[], number[], string[]] = [[], [], []];
  let readings: Readings = NO_READINGS;
  for (let index = 0; index < count && !signal.aborted; index += 1) {
    const place = isStream ? index : count === 1 ? 0 : Math.round((index * (windows.count - 1)) / (count - 1));
    const result = await engine.run(new Map([[request.id, windows.at(place)]]));
    if (isStream && result.outputs.length === 0) continue;
    times.push(result.milliseconds);
    outputs.push(textOfOutputs(result.outputs));
    readings = read(readings, result.outputs, {
      wordlists: loadedRune.wordlists,
      isStream: false,
      calling: DEFAULT_CALLING,
      now: index,
    });
    answers.push(answerOf(readings.cards));
  }
  return { answers, milliseconds: median(times), spread: spreadOf(times), cards: readings.cards, outputs };
}

/** The quartiles. */
export function spreadOf(times: readonly number[]): Spread {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { low: at(0.25), high: at(0.75) };
}

/** Share by which the median of one rune moves between two measurements with other work beside it. */
const NOISE = 0.15;

/** One sentence on the times; no difference where chance explains it. "" without times. */
export function timesText(
  one: Pick<WindowAnswers, "milliseconds" | "spread">,
  other: Pick<WindowAnswers, "milliseconds" | "spread">,
): string {
  if (one.milliseconds === null || other.milliseconds === null) return "";
  const overlap = one.spread.low <= other.spread.high && other.spread.low <= one.spread.high;
  const near = Math.abs(one.milliseconds - other.milliseconds) < NOISE * Math.max(one.milliseconds, other.milliseconds);
  if (overlap || near) return "No measurable difference in time.";
  return one.milliseconds < other.milliseconds ? "What runs now is faster." : "What runs now is slower.";
}

function textOfOutputs(outputs: readonly OutputMessage[]): string {
  return JSON.stringify(
    outputs.map(({ tensors }) => tensors.map(({ type, dimensions, elements }) => ({ type, dimensions, elements }))),
  );
}

/** The word, or the name of the highest score, or the number. */
export function answerOf(cards: readonly Card[]): string | null {
  for (const card of cards) {
    if (card.kind === "word") return card.word?.text ?? null;
    if (card.kind === "scores")
      return card.scores.reduce((best, score) => (score.value > best.value ? score : best)).name;
    if (card.kind === "number") return String(Number(card.value.toPrecision(4)));
  }
  return null;
}

/**
 * The most likely label of a recording without one: of a stream the last word that was called, also when silence
 * follows.
 */
export function proposedLabel(cards: readonly Card[]): string | null {
  for (const card of cards) {
    if (card.kind !== "word") continue;
    const last = card.isCalled && card.word?.isQuiet !== false ? card.history.at(-1) : undefined;
    return last?.text ?? card.word?.text ?? null;
  }
  return answerOf(cards);
}

export interface Difference {
  readonly windows: number;
  /** Windows to which both answered in the same word. */
  readonly sameLabels: number;
  /** Windows in which both sent identical outputs. */
  readonly identical: number;
}

export function difference(one: WindowAnswers, other: WindowAnswers): Difference {
  const windows = Math.min(one.outputs.length, other.outputs.length);
  const same = (first: readonly unknown[], second: readonly unknown[]) =>
    Array.from({ length: windows }, (_, index) => first[index] === second[index]).filter(Boolean).length;
  return { windows, sameLabels: same(one.answers, other.answers), identical: same(one.outputs, other.outputs) };
}

/** One sentence that says it. */
export function differenceText({ windows, sameLabels, identical }: Difference): string {
  const all = windows === 1 ? "the input" : `all ${windows} windows`;
  if (identical === windows) return `Identical result on ${all}.`;
  if (sameLabels === windows) return `The same label on ${all}; the numbers differ on ${windows - identical}.`;
  return `The same label on ${sameLabels} of ${windows} windows.`;
}

// The page of the latency figure: one model in several runtimes by turns. Bundled with the front end's own runtime, so
// that what is measured is what a visitor runs; the other runtimes come from their own scripts, as their manuals say.
import { CONTENDERS, type LatencyRequest } from "./contenders";

type Element = "i8" | "u8" | "f32";

/** The values of one runtime: milliseconds of a run in each round. */
interface Timing {
  readonly rounds: readonly number[];
  readonly loadMilliseconds: number;
  /** The largest difference of a number of its output from the first runtime's. */
  readonly difference: number;
}

/** A runtime that cannot run the model, in its own words. */
interface Failure {
  readonly failure: string;
}

/** So long does one batch take: the page's clock is made coarse on purpose, to a tenth of a millisecond; and what is longer
 *  is interrupted by other programs more often. */
const BATCH_MILLISECONDS = 4;

/** Milliseconds of one of `count` runs. */
function batch(run: () => unknown, count: number): number {
  const start = performance.now();
  for (let index = 0; index < count; index += 1) run();
  return (performance.now() - start) / count;
}

/** How many runs make a batch, found after the engine has had time to compile what is hot. */
function batchSize(run: () => unknown): number {
  const end = performance.now() + 300;
  while (performance.now() < end) run();
  let count = 1;
  const least = () => Math.min(...Array.from({ length: 5 }, () => batch(run, count) * count));
  while (least() < BATCH_MILLISECONDS) count *= 2;
  return count;
}

/** Bytes as a camera or a microphone might give them; floats from -1 to 1. */
function inputOf(size: number, element: Element): Uint8Array<ArrayBuffer> {
  let state = 1;
  const next = () => ((state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) >> 16) & 255;
  if (element !== "f32") return Uint8Array.from({ length: size }, next);
  return new Uint8Array(Float32Array.from({ length: size / 4 }, () => next() / 127.5 - 1).buffer);
}

function reader(element: Element): LatencyRequest["read"] {
  if (element === "u8") return (bytes) => bytes;
  if (element === "i8") return (bytes) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (bytes) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

async function measure(
  name: string,
  size: number,
  elements: readonly [Element, Element],
  names: readonly string[],
  rounds: number,
): Promise<Record<string, Timing | Failure>> {
  const request: LatencyRequest = { name, input: inputOf(size, elements[0]), read: reader(elements[1]) };
  const results: Record<string, Timing | Failure> = {};
  const running: { name: string; run: () => ArrayLike<number>; count: number; times: number[] }[] = [];
  let first: ArrayLike<number> | null = null;
  for (const each of names) {
    try {
      const contender = await CONTENDERS[each]?.(request);
      if (contender === undefined) throw new Error(`there is no runtime called ${each}`);
      const { run, loadMilliseconds } = contender;
      const output = Array.from(run());
      first ??= output;
      const expected = first;
      const difference = Math.max(...output.map((value, index) => Math.abs(value - (expected[index] ?? NaN))));
      const times: number[] = [];
      running.push({ name: each, run, count: batchSize(run), times });
      results[each] = { rounds: times, loadMilliseconds, difference };
    } catch (error) {
      results[each] = { failure: error instanceof Error ? error.message : String(error) };
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { run, count, times } of running) times.push(batch(run, count));
  }
  return results;
}

Object.assign(window, { measure });

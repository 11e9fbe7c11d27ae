// Recording one sound or one motion of a stated length: the sensor is opened for it, counted down to, and closed after it.
import { evenRows, type TimedRow } from "../../../preview/phone";
import type { Task } from "../sending/client";
import type { RecordingSensor } from "./sensors";
import { levelOf, motionTake, soundTake, type Take } from "./take";

/** How far a recording is, for the page. */
export interface Progress {
  /** Steps until it begins; 0 while it records. */
  readonly onCount: (steps: number) => void;
  /** The level of a sound, in decibels below full scale. */
  readonly onLevel: (decibels: number) => void;
  /** The part that is recorded, 0 to 1. */
  readonly onPart: (part: number) => void;
}

const STEPS = 3;
const STEP_MILLISECONDS = 700;
/** Milliseconds in which a sensor gives something, where there is one. */
const SILENCE = 2500;
/** Milliseconds of motion that are waited for beyond the end, for the row after it. */
const REST = 60;

/** Rejects with the browser's error where the sensor is refused, and with an `Error` for a person where it stops. */
export async function record(
  task: Task,
  sensor: RecordingSensor,
  signal: AbortSignal,
  progress: Progress,
): Promise<Take> {
  const own = new AbortController();
  const all = AbortSignal.any([signal, own.signal]);
  try {
    return await (task.kind === "sound" ? sound(task, sensor, all, progress) : motion(task, sensor, all, progress));
  } finally {
    own.abort();
  }
}

async function sound(
  { rate, milliseconds }: Task,
  sensor: RecordingSensor,
  signal: AbortSignal,
  progress: Progress,
): Promise<Take> {
  const length = Math.round((rate * milliseconds) / 1000);
  const samples = new Float32Array(length);
  let filled = 0;
  let isRecording = false;
  const whole = makeDeferred();
  const beginning = makeDeferred();
  const onSamples = (block: Float32Array): void => {
    beginning.resolve();
    progress.onLevel(levelOf(block));
    if (!isRecording) return;
    const room = block.subarray(0, length - filled);
    samples.set(room, filled);
    filled += room.length;
    progress.onPart(filled / length);
    if (filled === length) whole.resolve();
  };
  const onLost = (reason: string): void => whole.reject(new Error(reason));
  await sensor.sound(rate, signal, onSamples, onLost);
  // Until it records, only the loss of the sensor settles `whole`.
  await Promise.race([countDown(signal, progress), whole.promise]);
  await Promise.race([inTime(beginning, sensor.silent, signal), whole.promise]);
  isRecording = true;
  await orAborted(whole.promise, signal);
  return soundTake(samples, rate);
}

async function motion(
  { rate, milliseconds }: Task,
  sensor: RecordingSensor,
  signal: AbortSignal,
  progress: Progress,
): Promise<Take> {
  const rows: TimedRow[] = [];
  const beginning = makeDeferred();
  const lost = makeDeferred();
  const onRows = (more: readonly TimedRow[]): void => {
    rows.push(...more);
    beginning.resolve();
  };
  await sensor.motion(signal, onRows, (reason) => lost.reject(new Error(reason)));
  await Promise.race([countDown(signal, progress), lost.promise]);
  await Promise.race([inTime(beginning, sensor.silent, signal), lost.promise]);
  const start = performance.now();
  for (let past = 0; past < milliseconds + REST; past = performance.now() - start) {
    progress.onPart(Math.min(1, past / milliseconds));
    await Promise.race([pause(50, signal), lost.promise]);
  }
  return motionTake(evenRows(rows, start, milliseconds, rate));
}

/** Waits until a sensor begins, and rejects with the sentence when it does not. */
async function inTime(beginning: Deferred, silent: string, signal: AbortSignal): Promise<void> {
  const silence = setTimeout(() => beginning.reject(new Error(silent)), SILENCE);
  await orAborted(beginning.promise, signal).finally(() => clearTimeout(silence));
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A promise that is settled from outside. */
function makeDeferred(): Deferred {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  // A caller that awaits it gets the error; where nobody does yet, none is reported.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

async function countDown(signal: AbortSignal, { onCount }: Progress): Promise<void> {
  for (let steps = STEPS; steps > 0; steps -= 1) {
    onCount(steps);
    await pause(STEP_MILLISECONDS, signal);
  }
  onCount(0);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await orAborted(over, signal).finally(() => clearTimeout(timer));
}

/** Rejects with an `AbortError` when the signal aborts first. */
function orAborted<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T> {
  const cancellation = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new DOMException("The recording was stopped", "AbortError"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  return Promise.race([waiting, cancellation]);
}

// The last seconds of sound or motion that a rune was given, and where in them each of its inputs ends. No component.
import { ROW_STEP, rowsOfBytes, type MotionRow } from "../motion/motion";
import type { Content } from "../recordings/capture/recording";

/** Seconds that are shown. */
export const SHOWN_SECONDS = 6;
const FULL_SCALE = 32768;

/** Frames a second of motion: a CSV does not say when its rows came. */
const MOTION_RATE = 1000 / ROW_STEP;
const AXES = 3;

/** A frame is a sample of sound, or a row of motion: x, y and z. */
export class Heard {
  readonly kind: "sound" | "motion";
  readonly rate: number;
  /** Numbers of a frame. */
  readonly #width: number;
  #ring: Float32Array;
  /** Frames since it was cleared. */
  #count = 0;
  #before: Int16Array | Float32Array | null = null;
  #isOneInput = false;
  #beginnings = 0;
  readonly #ends = new WeakMap<ArrayBuffer, number>();
  readonly #listeners = new Set<() => void>();

  /** `rate`: samples of sound a second; null of motion. */
  constructor(rate: number | null) {
    this.kind = rate === null ? "motion" : "sound";
    this.rate = rate ?? MOTION_RATE;
    this.#width = rate === null ? AXES : 1;
    this.#ring = new Float32Array(Math.round(SHOWN_SECONDS * this.rate) * this.#width);
  }

  /** The same at this moment: what comes later does not change it. */
  copy(): Heard {
    const copy = new Heard(this.kind === "motion" ? null : this.rate);
    copy.#ring = this.#ring.slice();
    copy.#count = this.#count;
    copy.#isOneInput = this.#isOneInput;
    copy.#beginnings = this.#beginnings;
    return copy;
  }

  /** Counts how often it began anew. */
  get beginnings(): number {
    return this.#beginnings;
  }

  /** Frames since the input began: the position of "now". */
  get count(): number {
    return this.#count;
  }

  /** Frames that are shown: the last seconds, or all of an input that stands alone. */
  get shown(): number {
    return this.#isOneInput ? Math.max(1, Math.min(this.#count, this.#most)) : this.#most;
  }

  get #most(): number {
    return this.#ring.length / this.#width;
  }

  /** The frames of an input: i16 samples, or rows of f32. */
  framesIn(data: ArrayBuffer): number {
    return Math.floor(data.byteLength / (this.kind === "motion" ? AXES * Float32Array.BYTES_PER_ELEMENT : 2));
  }

  /**
   * Adds an input. `isChunk`: all of it is new; else it is a window that overlaps the one before.
   * `isStream`: it follows the input before in time; else it stands alone.
   */
  push(data: ArrayBuffer, isStream: boolean, isChunk: boolean): void {
    const frames = this.framesIn(data);
    const numbers =
      this.kind === "motion" ? new Float32Array(data, 0, frames * this.#width) : new Int16Array(data, 0, frames);
    if (!isStream) this.#reset();
    this.#isOneInput = !isStream;
    const fresh = isChunk || this.#before === null ? frames : newFrames(this.#before, numbers, this.#width);
    const scale = this.kind === "motion" ? 1 : FULL_SCALE;
    let place = (this.#count * this.#width) % this.#ring.length;
    for (const number of numbers.subarray((frames - fresh) * this.#width)) {
      this.#ring[place] = number / scale;
      place = (place + 1) % this.#ring.length;
    }
    this.#count += fresh;
    this.#before = isChunk ? null : numbers.slice();
    this.#ends.set(data, this.#count);
    this.#tell();
  }

  /** Where an input ends, in frames since the input began; null of one that was not heard. */
  endOf(data: ArrayBuffer): number | null {
    return this.#ends.get(data) ?? null;
  }

  /** The numbers of the shown frames, oldest first; zeros before the input began. */
  samples(): Float32Array {
    return this.#numbers(this.#count, this.shown);
  }

  /** The shown rows of motion, oldest first. */
  rows(): readonly MotionRow[] {
    return rowsOfBytes(this.samples().buffer as ArrayBuffer);
  }

  /** The frames of a window as what can be recorded; null where some of it is no longer there. */
  window(end: number, length: number): Content | null {
    const start = end - length;
    if (start < Math.max(0, this.#count - this.#most) || end > this.#count || length <= 0) return null;
    const numbers = this.#numbers(end, length);
    if (this.kind === "sound") return { kind: "sound", rate: this.rate, samples: numbers };
    const rows = rowsOfBytes(numbers.buffer as ArrayBuffer);
    return { kind: "motion", rows, times: rows.map((_, index) => index * ROW_STEP) };
  }

  /** The numbers of `length` frames up to `end`, which is a position since the input began. */
  #numbers(end: number, length: number): Float32Array {
    const result = new Float32Array(length * this.#width);
    const first = Math.max(0, end - length) * this.#width;
    for (let position = first; position < end * this.#width; position += 1)
      result[result.length - (end * this.#width - position)] = this.#ring[position % this.#ring.length] ?? 0;
    return result;
  }

  readonly clear = (): void => {
    this.#reset();
    this.#tell();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #reset(): void {
    this.#beginnings += 1;
    this.#count = 0;
    this.#before = null;
    this.#ring.fill(0);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Each window overlaps the one before by three quarters, where nothing else says how far it moved. */
const HOP_FRACTION = 0.25;

type Numbers = Int16Array | Float32Array;

/** How many frames of a window are not in the one before: the shift nearest to the usual hop at which both agree. */
export function newFrames(before: Numbers, now: Numbers, width = 1): number {
  const length = Math.floor(now.length / width);
  const usual = Math.max(1, Math.round(length * HOP_FRACTION));
  for (let distance = 0; distance < length; distance += 1) {
    for (const shift of distance === 0 ? [usual] : [usual + distance, usual - distance])
      if (shift > 0 && shift < length && agrees(before, now, shift * width)) return shift;
  }
  return length;
}

function agrees(before: Numbers, now: Numbers, shift: number): boolean {
  for (let index = 0; index + shift < before.length; index += 1) if (before[index + shift] !== now[index]) return false;
  return true;
}

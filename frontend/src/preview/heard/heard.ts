// The last seconds of sound that a rune was given, and where in them each of its inputs ends. No component.

/** Seconds that are shown. */
export const SHOWN_SECONDS = 6;
const FULL_SCALE = 32768;

export class Heard {
  readonly rate: number;
  readonly #ring: Float32Array;
  /** Samples since it was cleared. */
  #count = 0;
  #before: Int16Array | null = null;
  #isOneInput = false;
  #beginnings = 0;
  readonly #ends = new WeakMap<ArrayBuffer, number>();
  readonly #listeners = new Set<() => void>();

  constructor(rate: number) {
    this.rate = rate;
    this.#ring = new Float32Array(Math.round(SHOWN_SECONDS * rate));
  }

  /** Counts how often it began anew. */
  get beginnings(): number {
    return this.#beginnings;
  }

  /** Samples since the input began: the position of "now". */
  get count(): number {
    return this.#count;
  }

  /** Samples that are shown: the last seconds, or all of an input that stands alone. */
  get shown(): number {
    return this.#isOneInput ? Math.max(1, Math.min(this.#count, this.#ring.length)) : this.#ring.length;
  }

  /**
   * Adds an input of i16 samples. `isChunk`: all of it is new; else it is a window that overlaps the one before.
   * `isStream`: it follows the input before in time; else it stands alone.
   */
  push(data: ArrayBuffer, isStream: boolean, isChunk: boolean): void {
    const samples = new Int16Array(data, 0, Math.floor(data.byteLength / 2));
    if (!isStream) this.#reset();
    this.#isOneInput = !isStream;
    const fresh = isChunk || this.#before === null ? samples.length : newSamples(this.#before, samples);
    for (const sample of samples.subarray(samples.length - fresh)) {
      this.#ring[this.#count % this.#ring.length] = sample / FULL_SCALE;
      this.#count += 1;
    }
    this.#before = isChunk ? null : samples.slice();
    this.#ends.set(data, this.#count);
    this.#tell();
  }

  /** Where an input ends, in samples since the input began; null of one that was not heard. */
  endOf(data: ArrayBuffer): number | null {
    return this.#ends.get(data) ?? null;
  }

  /** The shown samples, oldest first; silence before the input began. */
  samples(): Float32Array {
    const result = new Float32Array(this.shown);
    const first = Math.max(0, this.#count - result.length);
    for (let position = first; position < this.#count; position += 1)
      result[result.length - (this.#count - position)] = this.#ring[position % this.#ring.length] ?? 0;
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

/** How many samples of a window are not in the one before: the shift nearest to the usual hop at which both agree. */
export function newSamples(before: Int16Array, now: Int16Array): number {
  const usual = Math.max(1, Math.round(now.length * HOP_FRACTION));
  for (let distance = 0; distance < now.length; distance += 1) {
    for (const shift of distance === 0 ? [usual] : [usual + distance, usual - distance])
      if (shift > 0 && shift < now.length && agrees(before, now, shift)) return shift;
  }
  return now.length;
}

function agrees(before: Int16Array, now: Int16Array, shift: number): boolean {
  for (let index = 0; index + shift < before.length; index += 1) if (before[index + shift] !== now[index]) return false;
  return true;
}

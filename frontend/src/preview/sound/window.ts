// The last stretch of a stream, handed out again and again with a step in between.

/** Each window overlaps the one before it by three quarters, so that a word is heard whole by several of them. */
const HOP_FRACTION = 0.25;

/** How far each window lies behind the one before; a rune that makes windows itself gets one behind the other. */
export function hopOf(length: number, isStream: boolean | undefined): number {
  return isStream === true ? length : Math.max(1, Math.round(length * HOP_FRACTION));
}

/** Samples as they come, cut into chunks of one length: nothing is lost between them, and nothing comes twice. */
export class Chunks {
  readonly #chunk: Float32Array<ArrayBuffer>;
  #filled = 0;

  constructor(length: number) {
    this.#chunk = new Float32Array(length);
  }

  /** Those that are full now. */
  push(samples: Float32Array): Float32Array[] {
    const full: Float32Array[] = [];
    for (const sample of samples) {
      this.#chunk[this.#filled] = sample;
      this.#filled += 1;
      if (this.#filled < this.#chunk.length) continue;
      full.push(this.#chunk.slice());
      this.#filled = 0;
    }
    return full;
  }
}

/** A sliding window over samples: `push` says how many new windows there are, `copy` gives the newest. */
export class SlidingWindow {
  readonly length: number;
  readonly #hop: number;
  readonly #ring: Float32Array;
  #written = 0;
  #next: number;

  constructor(length: number, hop = hopOf(length, false)) {
    this.length = length;
    this.#hop = hop;
    this.#ring = new Float32Array(length);
    this.#next = length;
  }

  /** True when at least one hop has passed since the window that was announced last. */
  push(samples: Float32Array): boolean {
    for (const sample of samples) {
      this.#ring[this.#written % this.length] = sample;
      this.#written += 1;
    }
    if (this.#written < this.#next) return false;
    this.#next += this.#hop * Math.ceil((this.#written - this.#next + 1) / this.#hop);
    return true;
  }

  /** Oldest first. */
  copy(): Float32Array {
    const start = this.#written % this.length;
    const result = new Float32Array(this.length);
    result.set(this.#ring.subarray(start));
    result.set(this.#ring.subarray(0, start), this.length - start);
    return result;
  }
}

// Changing the rate of sound as it streams in. A microphone gives 44,100 or 48,000 samples a second, a rune asks for its own rate.

/** Zero crossings of the filter on each side; more is sharper and slower. */
const CROSSINGS = 16;
/** A little below the half rate, so that what lies above is gone before it folds back. */
const PASS = 0.92;
/** Points of the filter between two samples. */
const STEPS = 512;

/** Windowed-sinc resampling of one channel; what is pushed in pieces gives the same as pushed at once. */
export class Resampler {
  readonly #step: number;
  readonly #filter: Float64Array;
  readonly #reach: number;
  #samples: Float32Array;
  /** Where the next output lies, in samples of `#samples`. */
  #position: number;

  constructor(fromRate: number, toRate: number) {
    this.#step = fromRate / toRate;
    const cutoff = Math.min(1, toRate / fromRate) * (fromRate === toRate ? 1 : PASS);
    this.#reach = Math.ceil(CROSSINGS / cutoff);
    this.#filter = filterOf(cutoff, this.#reach);
    this.#samples = new Float32Array(this.#reach);
    this.#position = this.#reach;
  }

  push(input: Float32Array): Float32Array {
    if (this.#step === 1) return input;
    const joined = new Float32Array(this.#samples.length + input.length);
    joined.set(this.#samples);
    joined.set(input, this.#samples.length);
    const count = Math.max(0, Math.ceil((joined.length - this.#reach - this.#position) / this.#step));
    const output = new Float32Array(count);
    for (let index = 0; index < count; index += 1) {
      output[index] = this.#at(joined, this.#position);
      this.#position += this.#step;
    }
    const spent = Math.max(0, Math.floor(this.#position) - this.#reach);
    this.#samples = joined.slice(spent);
    this.#position -= spent;
    return output;
  }

  #at(samples: Float32Array, position: number): number {
    const first = Math.max(0, Math.ceil(position - this.#reach));
    const last = Math.min(samples.length - 1, Math.floor(position + this.#reach));
    const filter = this.#filter;
    let sum = 0;
    for (let index = first; index <= last; index += 1) {
      const place = Math.abs(index - position) * STEPS;
      const below = Math.floor(place);
      const left = filter[below] ?? 0;
      sum += (samples[index] ?? 0) * (left + (place - below) * ((filter[below + 1] ?? 0) - left));
    }
    return sum;
  }
}

/** One side of the filter, windowed; between two of its points a straight line is drawn, some millionths off at most. */
function filterOf(cutoff: number, reach: number): Float64Array {
  return Float64Array.from({ length: reach * STEPS + 2 }, (_, index) => {
    const distance = index / STEPS;
    const window = distance > reach ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * distance) / reach);
    return cutoff * sinc(distance * cutoff) * window;
  });
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

// A picture of sound: loudness by pitch, for the eye alone. What a rune computes is its own.

/** Magnitudes of the first half of a Hann-windowed Fourier transform; the length is a power of two. */
export function spectrum(samples: Float32Array): Float32Array {
  const size = samples.length;
  const real = new Float32Array(size);
  const imaginary = new Float32Array(size);
  const bits = Math.log2(size);
  for (let index = 0; index < size; index += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / (size - 1));
    real[reversed(index, bits)] = (samples[index] ?? 0) * window;
  }
  for (let half = 1; half < size; half *= 2) {
    for (let index = 0; index < half; index += 1) {
      const cosine = Math.cos((-Math.PI * index) / half);
      const sine = Math.sin((-Math.PI * index) / half);
      for (let at = index; at < size; at += 2 * half) butterfly(real, imaginary, at, half, cosine, sine);
    }
  }
  return Float32Array.from({ length: size / 2 }, (_, index) => Math.hypot(real[index] ?? 0, imaginary[index] ?? 0));
}

/** Two sums of the transform; `cosine` and `sine` turn the second of them. */
function butterfly(
  real: Float32Array,
  imaginary: Float32Array,
  at: number,
  half: number,
  cosine: number,
  sine: number,
): void {
  const other = at + half;
  const r = real[other] ?? 0;
  const i = imaginary[other] ?? 0;
  const turnedReal = r * cosine - i * sine;
  const turnedImaginary = r * sine + i * cosine;
  const a = real[at] ?? 0;
  const b = imaginary[at] ?? 0;
  real[at] = a + turnedReal;
  imaginary[at] = b + turnedImaginary;
  real[other] = a - turnedReal;
  imaginary[other] = b - turnedImaginary;
}

function reversed(index: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit += 1) result |= ((index >> bit) & 1) << (bits - 1 - bit);
  return result;
}

export const FRAME = 256;
const BANDS = 24;
/** Decibels shown, from the darkest to the brightest. */
const QUIET = -70;
const LOUD = -15;

/** Columns of brightness 0 to 1, lowest pitch first, evenly spread over the samples. */
export function spectrogram(samples: Float32Array, columns: number): number[][] {
  const step = Math.max(1, (samples.length - FRAME) / Math.max(1, columns - 1));
  return Array.from({ length: columns }, (_, column) => {
    const start = Math.max(0, Math.min(samples.length - FRAME, Math.round(column * step)));
    return spectrogramColumn(samples.subarray(start, start + FRAME));
  });
}

/** The brightness of `FRAME` samples, 0 to 1, lowest pitch first. */
export function spectrogramColumn(samples: Float32Array): number[] {
  const frame = new Float32Array(FRAME);
  frame.set(samples);
  return bands(spectrum(frame));
}

function bands(magnitudes: Float32Array): number[] {
  return Array.from({ length: BANDS }, (_, band) => {
    // Low pitches get narrower bands, as ears have it.
    const from = Math.floor((band / BANDS) ** 1.6 * magnitudes.length);
    const to = Math.max(from + 1, Math.floor(((band + 1) / BANDS) ** 1.6 * magnitudes.length));
    const peak = Math.max(...magnitudes.subarray(from, to)) / (FRAME / 4);
    const decibels = 20 * Math.log10(peak + 1e-9);
    return Math.max(0, Math.min(1, (decibels - QUIET) / (LOUD - QUIET)));
  });
}

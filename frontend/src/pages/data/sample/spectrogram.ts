// How loud each pitch of a sound is over its time. Pure: values in, bytes of a picture out.

/** Values of one spectrum: at 16 kHz, 32 ms. */
export const FRAME = 512;
const FLOOR_DB = 70;

/** Levels from 0 to 1, a column for each moment and a row for each pitch, the highest first. */
export interface Levels {
  readonly columns: number;
  readonly rows: number;
  readonly values: Float32Array;
}

/** The levels of `columns` moments in `rows` pitches, against the loudest of all. */
export function spectrogram(sound: Float32Array, columns: number, rows: number): Levels {
  const decibels = new Float32Array(columns * rows).fill(-FLOOR_DB);
  const real = new Float32Array(FRAME);
  const imaginary = new Float32Array(FRAME);
  const step = Math.max(0, sound.length - FRAME) / Math.max(1, columns - 1);
  for (let column = 0; column < columns; column += 1) {
    const start = Math.round(column * step);
    for (let index = 0; index < FRAME; index += 1) {
      const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / FRAME);
      real[index] = (sound[start + index] ?? 0) * window;
      imaginary[index] = 0;
    }
    transform(real, imaginary);
    for (let row = 0; row < rows; row += 1) {
      const from = Math.floor(((rows - 1 - row) * (FRAME / 2)) / rows);
      const to = Math.max(from + 1, Math.floor(((rows - row) * (FRAME / 2)) / rows));
      let energy = 0;
      for (let bin = from; bin < to; bin += 1) energy += (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2;
      decibels[row * columns + column] = 10 * Math.log10(energy / (to - from) + 1e-12);
    }
  }
  const loudest = decibels.reduce((most, value) => Math.max(most, value), -Infinity);
  const values = decibels.map((value) => Math.min(1, Math.max(0, (value - loudest) / FLOOR_DB + 1)));
  return { columns, rows, values };
}

/** The discrete Fourier transform in place, of a power of two of values. */
export function transform(real: Float32Array, imaginary: Float32Array): void {
  const count = real.length;
  for (let index = 1, other = 0; index < count; index += 1) {
    let bit = count >> 1;
    for (; other & bit; bit >>= 1) other ^= bit;
    other ^= bit;
    if (index < other) {
      [real[index], real[other]] = [real[other] ?? 0, real[index] ?? 0];
      [imaginary[index], imaginary[other]] = [imaginary[other] ?? 0, imaginary[index] ?? 0];
    }
  }
  for (let size = 2; size <= count; size *= 2) {
    for (let start = 0; start < count; start += size) {
      for (let index = 0; index < size / 2; index += 1) {
        const angle = (-2 * Math.PI * index) / size;
        const upper = start + index;
        const lower = upper + size / 2;
        const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
        const turned = (real[lower] ?? 0) * cosine - (imaginary[lower] ?? 0) * sine;
        const turnedImaginary = (real[lower] ?? 0) * sine + (imaginary[lower] ?? 0) * cosine;
        real[lower] = (real[upper] ?? 0) - turned;
        imaginary[lower] = (imaginary[upper] ?? 0) - turnedImaginary;
        real[upper] = (real[upper] ?? 0) + turned;
        imaginary[upper] = (imaginary[upper] ?? 0) + turnedImaginary;
      }
    }
  }
}

/** The pixels of the levels, dark to ember to light: four bytes each. */
export function pixels({ values }: Levels): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(values.length * 4);
  values.forEach((value, index) => {
    bytes[index * 4] = 20 + 235 * Math.min(1, value * 1.25);
    bytes[index * 4 + 1] = 10 + 190 * value ** 2;
    bytes[index * 4 + 2] = 8 + 90 * value ** 4;
    bytes[index * 4 + 3] = 255;
  });
  return bytes;
}

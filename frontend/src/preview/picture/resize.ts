// Pictures by the published arithmetic, bit for bit as rune.running.runtime: Catmull-Rom in float32, first down, then across,
// rounded to bytes after each of the two.

/** u8 scanlines. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

const f32 = Math.fround;

export function resize(pixels: Pixels, width: number, height: number): Pixels {
  const { channels } = pixels;
  const down = resample(pixels.data, pixels.height, height, pixels.width * channels);
  const turned = transpose(down, height, pixels.width, channels);
  const across = resample(turned, pixels.width, width, height * channels);
  return { width, height, channels, data: transpose(across, width, height, channels) };
}

/** Rows of `rowSize` bytes, from `length` rows to `size`. Sums run in the order of the source's rows. */
function resample(data: Uint8Array | Uint8ClampedArray, length: number, size: number, rowSize: number): Uint8Array {
  const result = new Uint8Array(size * rowSize);
  const total = new Float32Array(rowSize);
  for (let index = 0; index < size; index += 1) {
    const { first, weights } = weightsOf(index, length, size);
    total.fill(0);
    let weightSum = 0;
    for (const [offset, weight] of weights.entries()) {
      const start = (first + offset) * rowSize;
      for (let at = 0; at < rowSize; at += 1) total[at] = (total[at] ?? 0) + f32(weight * (data[start + at] ?? 0));
      weightSum = f32(weightSum + weight);
    }
    for (let at = 0; at < rowSize; at += 1) {
      const value = Math.max(0, Math.min(255, f32((total[at] ?? 0) / weightSum)));
      // In 64 bits, where the sum is exact: in 32 bits, 0.49999997 + 0.5 would be 1.
      result[index * rowSize + at] = Math.floor(value + 0.5);
    }
  }
  return result;
}

function weightsOf(index: number, length: number, size: number): { first: number; weights: number[] } {
  const ratio = f32(length / size);
  const scale = Math.max(ratio, 1);
  const centre = f32(f32(index + 0.5) * ratio);
  const reach = f32(2 * scale);
  const first = Math.min(Math.max(Math.floor(f32(centre - reach)), 0), length - 1);
  const end = Math.min(Math.max(Math.ceil(f32(centre + reach)), first + 1), length);
  const middle = f32(centre - 0.5);
  const weights = Array.from({ length: end - first }, (_, at) => catmullRom(f32(f32(first + at - middle) / scale)));
  return { first, weights };
}

/** The cubic kernel with B = 0 and C = 1/2, as sixths. */
function catmullRom(x: number): number {
  const a = Math.abs(x);
  const square = f32(a * a);
  const cube = f32(square * a);
  if (a < 1) return f32(f32(f32(f32(9 * cube) + f32(-15 * square)) + 6) / 6);
  if (a < 2) return f32(f32(f32(f32(f32(-3 * cube) + f32(15 * square)) + f32(-24 * a)) + 12) / 6);
  return 0;
}

function transpose(data: Uint8Array | Uint8ClampedArray, rows: number, columns: number, channels: number): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const from = (row * columns + column) * channels;
      const to = (column * rows + row) * channels;
      for (let channel = 0; channel < channels; channel += 1) result[to + channel] = data[from + channel] ?? 0;
    }
  }
  return result;
}

// The numbers of an augmented window as pictures and lines. Pure: bytes in, pixels and paths out.
import { pixels } from "../data/sample/spectrogram";

/** Bytes from base64. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export interface WindowPicture {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** A spectrogram: time goes to the right, and low tones are at the bottom. `shape` has frames and bands. */
export function spectrogramPicture(levels: Uint8Array, [frames = 0, bands = 0]: readonly number[]): WindowPicture {
  const values = new Float32Array(frames * bands);
  for (let frame = 0; frame < frames; frame += 1)
    for (let band = 0; band < bands; band += 1)
      values[(bands - 1 - band) * frames + frame] = (levels[frame * bands + band] ?? 0) / 255;
  return { width: frames, height: bands, data: pixels({ columns: frames, rows: bands, values }) };
}

/** A picture in grey or colour. `shape` has height, width and channels. */
export function colourPicture(
  levels: Uint8Array,
  [height = 0, width = 0, channels = 1]: readonly number[],
): WindowPicture {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    for (let colour = 0; colour < 3; colour += 1)
      data[pixel * 4 + colour] = levels[pixel * channels + Math.min(colour, channels - 1)] ?? 0;
    data[pixel * 4 + 3] = 255;
  }
  return { width, height, data };
}

/** A path for each axis of motion in a box: 0 is the top, and the greatest number is there. `shape` has rows and axes. */
export function axisPaths(
  levels: Uint8Array,
  [rows = 0, axes = 0]: readonly number[],
  width: number,
  height: number,
): string[] {
  return Array.from({ length: axes }, (_, axis) => {
    const points = Array.from({ length: rows }, (_row, row) => {
      const x = rows > 1 ? (row / (rows - 1)) * width : 0;
      const y = (1 - (levels[row * axes + axis] ?? 0) / 255) * height;
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    });
    return `M${points.join("L")}`;
  });
}

// Motion as rows of x, y and z, and as the bytes that a rune reads.

/** Milliseconds between two rows, where nobody measured them: a CSV does not say when they came. */
export const ROW_STEP = 20;

export type MotionRow = readonly [x: number, y: number, z: number];

export const ROW_BYTES = 3 * Float32Array.BYTES_PER_ELEMENT;

/** f32 [n, 3] of the last `count` rows of a stream; before there are so many, the first is repeated in front. */
export function rowsToBytes(rows: readonly MotionRow[], count: number): ArrayBuffer {
  const last = rows.slice(-count);
  const first: MotionRow = last[0] ?? [0, 0, 0];
  const paddedRows = [...Array<MotionRow>(count - last.length).fill(first), ...last];
  return Float32Array.from(paddedRows.flat()).buffer;
}

/** The rows of such bytes. */
export function rowsOfBytes(bytes: ArrayBuffer): MotionRow[] {
  const values = new Float32Array(bytes);
  return Array.from({ length: Math.floor(values.length / 3) }, (_, row): MotionRow => [
    values[row * 3] ?? 0,
    values[row * 3 + 1] ?? 0,
    values[row * 3 + 2] ?? 0,
  ]);
}

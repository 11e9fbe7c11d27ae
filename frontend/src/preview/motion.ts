// Motion as rows of x, y and z: the last ones of a stream, or those of a CSV file.

export type Row = readonly [x: number, y: number, z: number];

/** f32 [n, 3] of the last `count` rows; where there are fewer, the first is repeated in front. */
export function rowsToBytes(rows: readonly Row[], count: number): ArrayBuffer {
  const last = rows.slice(-count);
  const first: Row = last[0] ?? [0, 0, 0];
  const padded = [...Array<Row>(count - last.length).fill(first), ...last];
  return Float32Array.from(padded.flat()).buffer;
}

/** Rows of three numbers without a header. Throws an Error that names the line. */
export function parseRows(text: string): Row[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line !== "")
    .map(({ line, number }) => {
      const fields = line.split(",");
      if (fields.length !== 3) throw new Error(`Line ${number} should have 3 fields but it actually had ${fields.length}.`);
      const [x = NaN, y = NaN, z = NaN] = fields.map((field) => {
        const value = field.trim() === "" ? NaN : Number(field);
        if (Number.isNaN(value)) throw new Error(`Unable to parse "${field.slice(0, 40)}" on line ${number}.`);
        return value;
      });
      return [x, y, z];
    });
}

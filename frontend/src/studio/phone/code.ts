// A QR code as one path of an SVG: a square for each dark cell, runs of a row in one.

/** `rows` are of 0 and 1; a unit is a cell. */
export function pathOf(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/g)].map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`),
    )
    .join("");
}

/** Light cells around the code, which readers want. */
export const QUIET = 4;

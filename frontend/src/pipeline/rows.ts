// A long pipeline is broken into rows, as words into lines: columns that stand beside each other as long as there is room. Pure.

/** The columns of a row, from the first to the last, both in it. */
export interface ColumnSpan {
  readonly first: number;
  readonly last: number;
}

/** The parts of a picture from left to right, in pixels: its columns, and the gaps between each and the next. */
export interface Columns {
  readonly widths: readonly number[];
  readonly gaps: readonly number[];
}

function widthOf({ widths, gaps }: Columns, { first, last }: ColumnSpan): number {
  let width = 0;
  for (let column = first; column <= last; column++)
    width += (widths[column] ?? 0) + (column < last ? (gaps[column] ?? 0) : 0);
  return width;
}

/** As many columns in each row as there is room for, and one at least. */
function fillRows(columns: Columns, room: number): readonly ColumnSpan[] {
  const rows: ColumnSpan[] = [];
  let first = 0;
  for (let last = 0; last < columns.widths.length; last++) {
    if (last === columns.widths.length - 1 || widthOf(columns, { first, last: last + 1 }) > room) {
      rows.push({ first, last });
      first = last + 1;
    }
  }
  return rows;
}

/** The rows of a picture: one where all has room, else as few as there can be, and those about equally long.
 *
 * `side` is what the wires between rows need at either side of them. */
export function rowsOf(columns: Columns, side: number, room: number): readonly ColumnSpan[] {
  const all = { first: 0, last: columns.widths.length - 1 };
  if (columns.widths.length === 0) return [];
  if (widthOf(columns, all) <= room) return [all];
  const most = Math.floor(room - 2 * side);
  const fewest = fillRows(columns, most).length;
  // The least width that gives no more rows than that.
  let [least, enough] = [0, most];
  while (least < enough) {
    const middle = Math.floor((least + enough) / 2);
    if (fillRows(columns, middle).length <= fewest) enough = middle;
    else least = middle + 1;
  }
  return fillRows(columns, enough);
}

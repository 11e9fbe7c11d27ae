// Says which part of a long list is in view. Pure: numbers in, numbers out.

export interface GridLayout {
  /** Things in the list. */
  readonly count: number;
  readonly columns: number;
  /** The height of a row with the gap below it, in pixels. */
  readonly rowHeight: number;
}

/** The indices that are drawn: from `first`, up to and without `last`. */
export interface IndexRange {
  readonly first: number;
  readonly last: number;
}

/** As many columns of at least a width as fit beside each other, and at least one. */
export function columnsIn(width: number, least: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (least + gap)));
}

export function heightOf({ count, columns, rowHeight }: GridLayout): number {
  return Math.ceil(count / columns) * rowHeight;
}

/** The cards between `top` and `bottom`, pixels from the list's beginning, with some rows more on each side. */
export function rangeBetween(
  { count, columns, rowHeight }: GridLayout,
  top: number,
  bottom: number,
  overscan: number,
): IndexRange {
  const rows = Math.ceil(count / columns);
  const first = Math.min(rows, Math.max(0, Math.floor(top / rowHeight) - overscan));
  const last = Math.min(rows, Math.max(first, Math.ceil(bottom / rowHeight) + overscan));
  return { first: first * columns, last: Math.min(count, last * columns) };
}

/** Where a thing lies: its column, and its row's distance from the list's beginning in pixels. */
export function placeOf(
  { columns, rowHeight }: GridLayout,
  index: number,
): { readonly column: number; readonly top: number } {
  return { column: index % columns, top: Math.floor(index / columns) * rowHeight };
}

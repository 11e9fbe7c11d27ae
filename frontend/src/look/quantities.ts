// Bytes and times as people read them. Pure.

/** Each unit with its bytes and the size from which the next one is used. */
const UNITS = [
  [1000, 999_500, "kB"],
  [1_000_000, 999_500_000, "MB"],
  [1_000_000_000, Infinity, "GB"],
] as const;

/**
 * `812 B`, `47.5 kB`, `107 kB`, `2.1 MB`, `20.0 GB`: a kilobyte has 1,000 bytes. The server and the command write the
 * same texts (`size_text` of `rune/wording.py`); size-cases.json holds both to it.
 */
export function sizeText(bytes: number): string {
  const [one, , unit] = UNITS.find(([, most]) => bytes < most) ?? UNITS[2];
  if (bytes < 1000) return `${bytes} B`;
  const tenths = Math.floor((bytes * 10 + one / 2) / one);
  return tenths < 1000 ? `${(tenths / 10).toFixed(1)} ${unit}` : `${Math.floor((bytes + one / 2) / one)} ${unit}`;
}

/** `0.07 ms`: two digits that say something. */
export function millisecondsText(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds >= 10) return `${Math.round(milliseconds)} ms`;
  if (milliseconds >= 0.995) return `${milliseconds.toFixed(1)} ms`;
  return `${milliseconds >= 0.095 ? milliseconds.toFixed(2) : Number(milliseconds.toPrecision(1)).toString()} ms`;
}

// Bytes and times as people read them. Pure.

/** `47.5 kB`, in thousands of bytes. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 999_500 ? [bytes / 1000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** `0.07 ms`: two digits that say something. */
export function millisecondsText(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds >= 10) return `${Math.round(milliseconds)} ms`;
  if (milliseconds >= 0.995) return `${milliseconds.toFixed(1)} ms`;
  return `${milliseconds >= 0.095 ? milliseconds.toFixed(2) : Number(milliseconds.toPrecision(1)).toString()} ms`;
}

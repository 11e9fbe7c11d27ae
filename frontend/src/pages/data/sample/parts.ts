// The parts of a recording while somebody changes them. Pure. Positions are milliseconds of a sound and rows of motion.

export interface EditedPart {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** The shortest part: what a hand can still grasp. */
const SHORTEST = 10;

/** A part inside of the recording, not shorter than the shortest one. The edge that moved gives way. */
export function fitted(part: EditedPart, length: number, edge: "start" | "end"): EditedPart {
  const least = Math.min(SHORTEST, length);
  if (edge === "start") {
    const end = Math.min(length, Math.max(least, part.end));
    return { ...part, start: Math.round(Math.max(0, Math.min(part.start, end - least))), end };
  }
  const start = Math.min(length - least, Math.max(0, part.start));
  return { ...part, start, end: Math.round(Math.min(length, Math.max(part.end, start + least))) };
}

/** The longest place that no part has, for another part; null where there is none. */
export function freePlace(parts: readonly EditedPart[], length: number): { start: number; end: number } | null {
  let best: { start: number; end: number } | null = null;
  let from = 0;
  for (const { start, end } of [...parts, { start: length, end: length }].sort(
    (one, other) => one.start - other.start,
  )) {
    if (start - from >= SHORTEST && start - from > (best === null ? 0 : best.end - best.start))
      best = { start: from, end: start };
    from = Math.max(from, end);
  }
  return best;
}

/** A position in words of its unit: `1.25` seconds, or `40` rows. */
export function positionText(position: number, isSound: boolean): string {
  return isSound ? (position / 1000).toFixed(2) : String(position);
}

/** The position that a text says; null where it says none. */
export function positionOf(text: string, isSound: boolean): number | null {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return null;
  return Math.round(isSound ? value * 1000 : value);
}

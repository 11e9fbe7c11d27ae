// Between a number and the place of a slider's knob. A range over several powers of ten is gone through by ratio, so that
// small numbers can be reached as well as large ones. Pure.

export const PLACES = 1000;

const WIDE = 1000;

interface Range {
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number | null;
}

/** Ranges that nobody could choose from with a knob have none. */
export function hasSlider({
  minimum,
  maximum,
}: {
  readonly minimum: number | null;
  readonly maximum: number | null;
}): boolean {
  return minimum !== null && maximum !== null && maximum > minimum && maximum - minimum < 1e9;
}

function isByRatio({ minimum, maximum }: Range): boolean {
  return minimum > 0 && maximum / minimum >= WIDE;
}

export function placeOf(value: number, range: Range): number {
  const within = Math.min(range.maximum, Math.max(range.minimum, value));
  const part = isByRatio(range)
    ? Math.log(within / range.minimum) / Math.log(range.maximum / range.minimum)
    : (within - range.minimum) / (range.maximum - range.minimum);
  return Math.round(part * PLACES);
}

/** A round number near the place: three figures, or the range's own step. */
export function valueAt(place: number, range: Range): number {
  const part = place / PLACES;
  if (place <= 0) return range.minimum;
  if (place >= PLACES) return range.maximum;
  const exact = isByRatio(range)
    ? range.minimum * (range.maximum / range.minimum) ** part
    : range.minimum + part * (range.maximum - range.minimum);
  const step = range.step ?? (range.maximum - range.minimum) / 200;
  const figures = Number(exact.toPrecision(3));
  const stepped = range.minimum + Math.round((figures - range.minimum) / step) * step;
  return Number(Math.min(range.maximum, Math.max(range.minimum, stepped)).toPrecision(12));
}

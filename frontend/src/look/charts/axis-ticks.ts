// The texts of an axis' ticks. `forge/core/axis_ticks.py` writes those of the charts that the server draws by the same rules. Pure.

/** The largest error of a text, as a part of the distance between two ticks. */
const EXACT = 0.01;
/** Most decimals of a number that is written out. */
const DECIMALS = 6;
/** Numbers from here on are written with a power of ten. */
const LARGEST = 1e7;
/** Most digits of a number with a power of ten. */
const DIGITS = 16;

/**
 * With the decimals that tell neighbours apart, and no more: `0.02`, `0.04`. Very small and very large numbers have a
 * power of ten: `2e-8`.
 */
export function tickTexts(ticks: readonly number[], unit = "", divisor = 1): string[] {
  const values = ticks.map((tick) => tick / divisor);
  return numberTexts(values).map((text) => (unit === "" ? text : `${text} ${unit}`));
}

function numberTexts(values: readonly number[]): string[] {
  const largest = Math.max(0, ...values.map(Math.abs));
  const distances = values.slice(1).map((value, place) => Math.abs(value - (values[place] ?? value)));
  const step = Math.min(...distances.filter((distance) => distance > 0), largest === 0 ? 1 : largest);
  const isExact = (text: string, place: number): boolean =>
    Math.abs(Number(text) - (values[place] ?? 0)) <= EXACT * step;
  const decimals = largest < LARGEST ? DECIMALS : -1;
  for (let digits = 0; digits <= decimals; digits++) {
    const texts = values.map((value) => decimal(value, digits));
    if (texts.every(isExact)) return texts;
  }
  for (let digits = 0; digits < DIGITS; digits++) {
    const texts = values.map((value) => scientific(value, digits));
    if (texts.every(isExact)) return texts;
  }
  return values.map(String);
}

/** A negative number that is rounded to zero has no sign. */
function decimal(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

/** `2e-8`, `1.25e9`: with so many decimals at most. */
function scientific(value: number, digits: number): string {
  return value === 0 ? "0" : Number(value.toExponential(digits)).toExponential().replace("e+", "e");
}

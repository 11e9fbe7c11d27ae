// How far a number is usually off, and the digits that are worth saying for that. Pure.
import { headlineText } from "./numbers";

export interface NumberError {
  /** The mean error on recordings from which the model did not learn, above 0, in the unit of the number. */
  readonly within: number;
  /** `°C`; "" where it is not known. */
  readonly unit: string;
  /** Where the figure is from: `training run 3`. */
  readonly origin: string;
}

/** Below this first digit of an error a second one is said: 0.14 is not 0.1. */
const SECOND_DIGIT_BELOW = 2;

/** Decimals that an error allows: 1 for 0.6, 2 for 0.06, 0 for 12. */
export function decimalsFor(within: number): number {
  const magnitude = Math.floor(Math.log10(within));
  const first = within / 10 ** magnitude;
  return Math.max(0, Math.min(8, -magnitude + (first < SECOND_DIGIT_BELOW ? 1 : 0)));
}

/** A number with as many digits as its error allows; four where no error is known. */
export function numberWithin(value: number, error: NumberError | null): string {
  if (error === null || !(error.within > 0) || !Number.isFinite(value)) return headlineText(value);
  const decimals = decimalsFor(error.within);
  return value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** The unit that a column's name ends with, in brackets: `°C` of `temperature (°C)`; "" without one. */
export function unitOf(column: string): string {
  return /[([]\s*([^()[\]]{1,12}?)\s*[)\]]\s*$/u.exec(column)?.[1] ?? "";
}

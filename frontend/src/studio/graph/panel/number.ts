// A number as a person types it.

/** Digits in groups of three, as this page writes thousands. */
const GROUPED = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;

/** The number of a text, or null. A comma that groups no thousands is a decimal point. */
export function numberOf(typed: string): number | null {
  const text = typed.trim();
  const number = Number(GROUPED.test(text) ? text.replaceAll(",", "") : text.replace(",", "."));
  return text !== "" && Number.isFinite(number) ? number : null;
}

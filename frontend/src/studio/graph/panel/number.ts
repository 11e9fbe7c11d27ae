// A number as a person types it.

/** Digits in groups of three, as this page writes thousands. */
const GROUPED_DIGITS = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;

/** The number of a text, or null. A comma that groups no thousands is a decimal point. */
export function numberOf(typedText: string): number | null {
  const text = typedText.trim();
  const number = Number(GROUPED_DIGITS.test(text) ? text.replaceAll(",", "") : text.replace(",", "."));
  return text !== "" && Number.isFinite(number) ? number : null;
}

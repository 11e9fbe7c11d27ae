// The change that each button of a sample's label form asks for.
import type { Mark } from "../changes";

/** The change of the button `act`; null where the field has just sent the same label. */
export function labelMark(act: string, number: number, label: string, sentLabel: string | null): Mark | null {
  if (act === "confirm") return { number, confirms: true };
  if (act === "accept") return { number, accepts: true };
  // Enter and the press of a button come after the field's change, which has sent the label.
  return label === sentLabel ? null : { number, label };
}

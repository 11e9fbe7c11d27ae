// Whether the input of one rune is one of another: the same bytes have to mean the same. Pure.
import type { CapabilityRequest } from "../../runtime";

type Format = Omit<CapabilityRequest, "id" | "stage">;

/** The same text for requests that read the same input; the name of the stage is not of the input. */
export function inputFormat({ kind, parameters, size, type, isStream = false }: Format): string {
  return JSON.stringify([kind, Object.entries(parameters).toSorted(), size, type, isStream]);
}

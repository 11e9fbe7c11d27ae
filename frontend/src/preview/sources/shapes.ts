// The shape of the tensor that a capability fills.
import { parseShape, type CapabilityRequest, type Shape } from "../../runtime";
import type { NumberType } from "../readings/numbers";

/** Its shape where it holds numbers; null for bytes of unknown meaning, which may be text. */
export function numbersShape(request: CapabilityRequest): (Shape & { readonly type: NumberType }) | null {
  const shape = request.type === null ? null : parseShape(request.type);
  if (shape === null || shape.type === "utf8" || shape.type === "u8") return null;
  return { ...shape, type: shape.type };
}

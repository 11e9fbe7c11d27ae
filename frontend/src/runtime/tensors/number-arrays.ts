// The typed array of each element type that a page's numbers hold exactly. Browsers run on processors whose lowest byte
// comes first, as runes and boards do.
import type { ElementName } from "../types";

export const NUMBER_ARRAYS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/** An element type that numbers of JavaScript hold: not 64 bits of an integer, and no text. */
export type NumberName = keyof typeof NUMBER_ARRAYS;

export function isNumberName(type: ElementName): type is NumberName {
  return Object.hasOwn(NUMBER_ARRAYS, type);
}

// Types of tensors between the language's words, `f32[1, 3]`, and what a form asks for. Pure; what a type may be is not known here.
import type { TensorType } from "../../../blocks";

/** The type in the language's words, with a size that each run decides as its largest; null where it knows none. */
export function readType(text: string | null): TensorType | null {
  const [, type, sizes] = /^(\w+)\[([\d, ]*)\]$/.exec(text?.replaceAll("<=", "") ?? "") ?? [];
  return type === undefined || sizes === undefined
    ? null
    : { type, dimensions: sizes.trim() === "" ? [] : sizes.split(",").map(Number) };
}

/** A shape as people write it, `1, 28, 28` or `1 x 28 x 28`; null for a text that is not a shape. */
export function shapeOf(text: string): readonly number[] | null {
  const sizes = text
    .replace(/^\s*\[|\]\s*$/g, "")
    .split(/[\s,x×*]+/i)
    .filter((size) => size !== "");
  return sizes.every((size) => /^[1-9]\d{0,9}$/.test(size)) ? sizes.map(Number) : null;
}

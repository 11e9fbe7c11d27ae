// Element types and shapes in the form of the wire, `f32[1, 2]`.
import type { ElementName } from "../types";

export interface Shape {
  readonly type: ElementName;
  readonly dimensions: readonly number[];
}

const SIZES: Readonly<Record<ElementName, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  u64: 8,
  i64: 8,
  f64: 8,
  utf8: 8,
};

export function isElementName(name: string): name is ElementName {
  return Object.hasOwn(SIZES, name);
}

export function elementSize(type: ElementName): number {
  return SIZES[type];
}

export function elementCount(shape: Shape): number {
  return shape.dimensions.reduce((product, size) => product * size, 1);
}

export function shapeText(shape: Shape): string {
  return `${shape.type}[${shape.dimensions.join(", ")}]`;
}

/** Reads `f32[1, 2]`; a name alone is a scalar. Null for anything else. */
export function parseShape(text: string): Shape | null {
  const match = /^([a-z]+\d+)(?:\[([\d, ]*)\])?$/.exec(text.trim());
  const type = match?.[1];
  if (type === undefined || !isElementName(type)) return null;
  const inside = (match?.[2] ?? "").trim();
  const dimensions = inside === "" ? [] : inside.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  return dimensions.every(Number.isSafeInteger) ? { type, dimensions } : null;
}

// Says which tensors are a table that is worth a picture: two sides, both of some size. Pure.
import type { OutputTensor } from "../../runtime";

/** Below this a side is a handful of numbers, which are better read than seen. */
export const LEAST_SIDE = 4;

/** Rows and columns of what has at least two dimensions above one and both sides of some size; else null. */
export function tableOf({
  type,
  dimensions,
  elements,
}: OutputTensor): { readonly rows: number; readonly columns: number } | null {
  if (type === "utf8") return null;
  const sizes = dimensions.filter((size) => size > 1);
  const columns = sizes.at(-1) ?? 1;
  const rows = Math.floor(elements.length / columns);
  return sizes.length >= 2 && columns >= LEAST_SIDE && rows >= LEAST_SIDE ? { rows, columns } : null;
}

/** `[1, h, w, 1 or 3]` of a size that can be shown. */
export function isPicture({ dimensions }: OutputTensor): boolean {
  const [batch = 0, height = 0, width = 0, channels = 0] = dimensions;
  return dimensions.length === 4 && batch === 1 && height >= 8 && width >= 8 && (channels === 1 || channels === 3);
}

// The server counts a text in characters; the browser counts in UTF-16 units, where an emoji is two. Pure.

/** The UTF-16 position of the character at `offset`; clamped to the text's end. */
export function toUnits(text: string, offset: number): number {
  let units = 0;
  for (let characters = 0; characters < offset && units < text.length; characters++) {
    const code = text.codePointAt(units) ?? 0;
    units += code > 0xffff ? 2 : 1;
  }
  return units;
}

export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** A span of the server as a range of this text. A text that has grown shorter since cuts it. */
export function toRange(
  text: string,
  span: { readonly start: { readonly offset: number }; readonly end: { readonly offset: number } },
): TextRange {
  const from = toUnits(text, span.start.offset);
  return { from, to: Math.max(from, toUnits(text, span.end.offset)) };
}

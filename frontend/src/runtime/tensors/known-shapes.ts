// A rune sends tensors of the same shapes in each run: their texts are read once and known by their bytes then.
import { RuneError } from "../errors";
import { parseShape, type Shape } from "./shape";

/** Shapes that are known at a time: a rune that sends others each time must not fill the memory. */
const MOST = 16;
/** Bytes of a shape's text that is worth to be known. */
const LONGEST = 64;

interface KnownShape {
  readonly text: Uint8Array;
  readonly shape: Shape;
}

export class KnownShapes {
  #knownShapes: readonly KnownShape[] = [];

  /** Parses the text of a shape, `size` bytes of `data`. Throws an `output` error for a text that is not a shape. */
  read(data: Uint8Array, offset: number, size: number): Shape {
    for (const knownShape of this.#knownShapes) if (isAt(data, offset, size, knownShape.text)) return knownShape.shape;
    const text = data.slice(offset, offset + size);
    const words = new TextDecoder().decode(text);
    const shape = parseShape(words);
    if (shape === null) throw new RuneError("output", `A TENSOR output sent the shape ${words.slice(0, 80)}.`);
    if (size <= LONGEST) this.#knownShapes = [{ text, shape }, ...this.#knownShapes].slice(0, MOST);
    return shape;
  }
}

function isAt(data: Uint8Array, offset: number, size: number, text: Uint8Array): boolean {
  if (size !== text.length) return false;
  for (let index = 0; index < size; index += 1) if (data[offset + index] !== text[index]) return false;
  return true;
}

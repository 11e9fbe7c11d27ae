// The outputs that something reads from, by their stage, in order. Pure.
import type { OutlineWire } from "../../api/schema";

/** One wire stands for each output. */
export function outputsOf(wires: readonly OutlineWire[]): ReadonlyMap<string, readonly OutlineWire[]> {
  const outputs = new Map<string, OutlineWire[]>();
  for (const wire of wires) {
    const others = outputs.get(wire.source) ?? [];
    if (!others.some((other) => other.source_index === wire.source_index))
      outputs.set(
        wire.source,
        [...others, wire].sort((one, other) => one.source_index - other.source_index),
      );
  }
  return outputs;
}

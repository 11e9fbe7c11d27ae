// Pipelines by seed: several inputs and outputs, branches, wires that skip stages, stages that stand alone.
import type { Pipeline, Stage, Wire } from "./types";

/** Numbers from 0 up to 1 (Mulberry32, by Tommy Ettinger, public domain). */
export function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const TYPES = ["f32[1, 11]", "i16[16000]", "u8[1, 28, 28, 1]", "utf8[1]", null];
const DETAILS = ["fft", "most_confident_indices", "SERIAL", "./models/words.tflite"];

export function randomPipeline(seed: number, most = 24): Pipeline {
  const next = numbersOf(seed);
  const below = (count: number): number => Math.floor(next() * count);
  const pick = <Value>(values: readonly Value[], otherwise: Value): Value => values[below(values.length)] ?? otherwise;
  const count = 2 + below(most - 1);
  const inputs = 1 + below(Math.min(3, count - 1));
  const nodes: Stage[] = Array.from({ length: count }, (_, index) => {
    const kind = index < inputs ? "capability" : pick<Stage["kind"]>(["block", "block", "model", "output"], "block");
    return {
      name: `${"stage".slice(0, 1 + below(5))}${"x".repeat(below(9))}${index}`,
      kind,
      detail: pick(DETAILS, "fft"),
    };
  });
  const givers = (index: number): readonly Stage[] => nodes.slice(0, index).filter((node) => node.kind !== "output");
  const wires: Wire[] = nodes.flatMap((node, index) => {
    if (node.kind === "capability") return [];
    return Array.from({ length: below(4) }, (_, target_index) => ({
      source: pick(givers(index), nodes[0] ?? node).name,
      source_index: below(2),
      target: node.name,
      target_index,
      type: pick(TYPES, null),
    }));
  });
  return { nodes, wires };
}

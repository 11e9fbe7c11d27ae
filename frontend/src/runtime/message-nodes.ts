// The stage of the graph that a message comes from, and what its numbers mean.
import type { GraphOutput } from "./contents/graph";
import { elementCount } from "./tensors/shape";
import type { OutputKind, PackedTensor, TensorMeaning } from "./types";

export function withMeaning(tensor: PackedTensor, meaning: TensorMeaning | null): PackedTensor {
  return meaning === null || tensor.type === "utf8" ? tensor : { ...tensor, meaning };
}

/** The one stage of the graph that sends tensors like these. */
export function nodeOf(
  nodes: readonly GraphOutput[],
  kind: OutputKind,
  tensors: readonly PackedTensor[],
): GraphOutput | null {
  const alike = nodes.filter((node) => node.kind === kind);
  if (alike.length === 1) return alike[0] ?? null;
  const fitting = alike.filter(
    ({ shapes }) =>
      shapes.length === tensors.length &&
      shapes.every((shape, index) => {
        const sentTensor = tensors[index];
        return (
          shape?.type === sentTensor?.type && shape !== null && elementCount(shape) === sentTensor?.elements.length
        );
      }),
  );
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

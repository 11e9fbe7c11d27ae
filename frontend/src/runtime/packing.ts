// The result of a run between the worker and the page: numbers travel as bytes that change hands, and not one by one.
// As f64, which holds every number that either format of outputs gives.
import type { OutputTensor, PackedResult, PackedTensor, RunResult } from "./types";

/** The result with its numbers as bytes, and the buffers that change hands. */
export function packResult(result: RunResult): { packed: PackedResult; buffers: ArrayBuffer[] } {
  const buffers: ArrayBuffer[] = [];
  const pack = ({ elements, ...tensor }: OutputTensor): PackedTensor => {
    if (tensor.type === "utf8") return { ...tensor, elements: elements.map(String) };
    const numbers = Float64Array.from(elements as readonly number[]);
    buffers.push(numbers.buffer);
    return { ...tensor, elements: numbers };
  };
  const outputs = result.outputs.map(({ tensors, ...output }) => ({ ...output, tensors: tensors.map(pack) }));
  const watched = result.watched.map(({ tensors, ...wire }) => ({ ...wire, tensors: tensors.map(pack) }));
  return { packed: { ...result, outputs, watched }, buffers };
}

export function unpackResult(packed: PackedResult): RunResult {
  const unpack = ({ elements, ...tensor }: PackedTensor): OutputTensor => ({
    ...tensor,
    elements: elements instanceof Float64Array ? Array.from(elements) : elements,
  });
  const outputs = packed.outputs.map(({ tensors, ...output }) => ({ ...output, tensors: tensors.map(unpack) }));
  const watched = packed.watched.map(({ tensors, ...wire }) => ({ ...wire, tensors: tensors.map(unpack) }));
  return { ...packed, outputs, watched };
}

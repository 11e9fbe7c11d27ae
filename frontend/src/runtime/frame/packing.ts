// The result of a run between the worker and the page: numbers travel as bytes that change hands, and not one by one.
import type { OutputTensor, PackedResult, PackedTensor, RunResult } from "../types";

/** The buffers of a result that change hands; several tensors may lie in one. */
export function buffersOf({ outputs, watchedMessages }: PackedResult): ArrayBuffer[] {
  const tensors = [...outputs, ...watchedMessages].flatMap((message) => message.tensors);
  return [...new Set(tensors.flatMap(({ elements }) => ("buffer" in elements ? [elements.buffer] : [])))];
}

/** The result as the page reads it. */
export function unpackResult(packedResult: PackedResult): RunResult {
  const outputs = packedResult.outputs.map(({ tensors, ...output }) => ({ ...output, tensors: tensors.map(unpack) }));
  const watchedMessages = packedResult.watchedMessages.map(({ tensors, ...wire }) => ({
    ...wire,
    tensors: tensors.map(unpack),
  }));
  return { ...packedResult, outputs, watchedMessages };
}

/** A tensor as the page reads it. */
export function unpack({ elements, ...tensor }: PackedTensor): OutputTensor {
  if (!("buffer" in elements)) return { ...tensor, elements };
  const numbers = Array.from(elements);
  // Numbers forget which of the many values it was that is not a number.
  if (!tensor.type.startsWith("f") || !numbers.some(Number.isNaN)) return { ...tensor, elements: numbers };
  const isSent = tensor.type === "f32" ? elements instanceof Float32Array : elements instanceof Float64Array;
  const { buffer, byteOffset, byteLength } = elements;
  return { ...tensor, elements: numbers, ...(isSent && { bytes: new Uint8Array(buffer, byteOffset, byteLength) }) };
}

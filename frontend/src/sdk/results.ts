// What a run gave, with the one value that most apps want.
import type { PackedResult, PackedTensor } from "../runtime/types";

export interface Result {
  /** The first text that the rune sent, or else its first number; null where it sent nothing, such as before a window is full. */
  readonly answer: string | number | null;
  /** The highest probability that it sent, 0 to 1; null where the rune sends none. */
  readonly sure: number | null;
  /** All that it sent, by output. Numbers are typed arrays. */
  readonly outputs: PackedResult["outputs"];
  /** Inside the rune alone. */
  readonly milliseconds: number;
}

export function resultOf({ outputs, milliseconds }: PackedResult): Result {
  const tensors = outputs.flatMap((output) => output.tensors);
  const text = tensors.find(({ type }) => type === "utf8") ?? tensors[0];
  const shares = tensors.flatMap(sharesOf);
  return {
    answer: text?.elements[0] ?? null,
    sure: shares.length === 0 ? null : Math.max(...shares),
    outputs,
    milliseconds,
  };
}

function sharesOf({ meaning, elements, type }: PackedTensor): number[] {
  if (meaning?.isProbability !== true || type === "utf8") return [];
  const { scale, zeroPoint } = meaning;
  return Array.from(elements as ArrayLike<number>, (number) =>
    scale === null ? number : scale * (number - zeroPoint),
  );
}

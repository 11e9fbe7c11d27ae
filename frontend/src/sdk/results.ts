// The results of a run, with the one value that most apps want.
import type { LoadedRune, PackedResult, PackedTensor } from "../runtime/types";

export interface Score {
  /** The label, where the rune has a list of as many labels; otherwise the index. */
  readonly label: string;
  /** 0 to 1. */
  readonly share: number;
}

export interface Result {
  /** The first text that the rune sent, or else its first number; null where it sent nothing, such as before a window is full. */
  readonly answer: string | number | null;
  /** The highest probability that it sent, 0 to 1; null where the rune sends none. */
  readonly sure: number | null;
  /** The probabilities that it sent, the highest first; empty where it sends none. */
  readonly scores: readonly Score[];
  /** All that it sent, by output. Numbers are typed arrays. */
  readonly outputs: PackedResult["outputs"];
  /** Inside the rune alone. */
  readonly milliseconds: number;
}

export function resultOf({ outputs, milliseconds }: PackedResult, wordlists: LoadedRune["wordlists"] = []): Result {
  const tensors = outputs.flatMap((output) => output.tensors);
  const text = tensors.find(({ type }) => type === "utf8") ?? tensors[0];
  const shares = tensors.flatMap(sharesOf);
  const answer = text?.elements[0] ?? null;
  // Among several lists of this length, the one that the text is of.
  const lists = wordlists.filter(({ length }) => length === shares.length);
  const words = lists.length > 1 ? lists.find((list) => list.includes(String(answer))) : lists[0];
  const scores = shares.map((share, index) => ({ label: words?.[index] ?? String(index), share }));
  scores.sort((a, b) => b.share - a.share);
  return {
    answer,
    sure: scores[0]?.share ?? null,
    scores,
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

// The comparison of two runes' answers to one input, in one sentence.
import type { Card } from "../readings/readings";
import { answerOf } from "../recordings/comparing/comparing";

export function verdict(one: readonly Card[], other: readonly Card[]): string {
  if (textOf(one) === textOf(other)) return "Identical result on this input.";
  const [first, second] = [answerOf(one), answerOf(other)];
  if (first === null || second === null) return "They send other numbers on this input.";
  if (first === second) return `Both answer ${first} on this input, with other numbers.`;
  return `They answer differently on this input: ${first} and ${second}.`;
}

function textOf(cards: readonly Card[]): string {
  return JSON.stringify(cards.map(({ tensor: { type, dimensions, elements } }) => ({ type, dimensions, elements })));
}

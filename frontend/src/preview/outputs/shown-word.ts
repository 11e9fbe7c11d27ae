// Says which word of a card is its answer now. Pure.
import type { Filling } from "../answers/filling";
import type { Calling, Card, Word } from "../readings/readings";

export interface ShownWord {
  /** Null where nothing is above the threshold. */
  readonly word: Word | null;
  /** While the first windows of a mean come; null once they are there. */
  readonly filling: Filling | null;
}

/**
 * The word of this moment. Of a recording whose label is known the last call stays, also when silence follows: the windows
 * behind what was said are no answer to the recording.
 */
export function shownWord(
  card: Extract<Card, { kind: "word" }>,
  { windows }: Calling,
  unit: Filling["unit"],
  isLabelled: boolean,
): ShownWord {
  const { word, history, isCalled } = card;
  if (isCalled && card.windows < windows && word === null)
    return { word: null, filling: { done: card.windows, needed: windows, unit, seconds: null } };
  const isOver = isCalled && (word === null || word.isQuiet);
  return { word: isLabelled && isOver ? (history.at(-1) ?? word) : word, filling: null };
}

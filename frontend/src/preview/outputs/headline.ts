// A rune's answer as one line: the word, the name of the highest score, or the number of its first output that has one.
import { headlineText } from "../readings/numbers";
import type { Card } from "../readings/readings";

export interface Headline {
  readonly text: string;
  /** 0 to 1, where scores say so. */
  readonly share: number | null;
  /** True if it says that nothing of interest is there. */
  readonly isQuiet: boolean;
}

/** Null where no output can be said in one line. */
export function headline(cards: readonly Card[]): Headline | null {
  for (const card of cards) {
    if (card.kind === "word" && card.word !== null) {
      const { text, share, isQuiet } = card.word;
      return { text, share, isQuiet };
    }
    if (card.kind === "scores") {
      const [best] = card.scores;
      if (best !== undefined) return { text: best.name, share: best.share, isQuiet: false };
    }
    if (card.kind === "number") return { text: headlineText(card.value), share: null, isQuiet: false };
    const [text] = card.kind === "texts" ? card.texts : [];
    if (text !== undefined) return { text, share: null, isQuiet: false };
  }
  return null;
}

// When a screen reader hears of a live answer: only when the answer changes, and at most once a second. Pure.
import { spokenCertainty } from "../../look/certainty/certainty";

/** Milliseconds between two announcements. */
export const PAUSE = 1000;

export interface SpokenAnswer {
  /** The word, such as `hammer` or `nothing`. */
  readonly text: string;
  /** 0 to 1, where scores say so. */
  readonly share: number | null;
}

/** `hammer, over 99 percent sure`. */
export function spokenText({ text, share }: SpokenAnswer): string {
  return share === null ? text : `${text}, ${spokenCertainty(share)} sure`;
}

interface Announcement {
  readonly answer: SpokenAnswer;
  /** In milliseconds of the page's clock. */
  readonly at: number;
}

/** Milliseconds until the answer is due after the announcement before; null where it says nothing new. */
export function dueIn(before: Announcement | null, answer: SpokenAnswer | null, now: number): number | null {
  if (answer === null || answer.text === before?.answer.text) return null;
  return before === null ? 0 : Math.max(0, before.at + PAUSE - now);
}

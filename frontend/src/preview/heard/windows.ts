// The windows of a sound that a rune answered to: that of the answer of this moment, and those of the answers before. Pure.

export interface AnsweredWindow {
  /** Where it ends, in samples since the input began. */
  readonly end: number;
  /** The answer; null where nothing is above the threshold. */
  readonly text: string | null;
  /** 0 to 1, where scores say so. */
  readonly share: number | null;
  /** True if it says that nothing of interest is there. */
  readonly isQuiet: boolean;
}

export interface AnsweredWindows {
  readonly current: AnsweredWindow | null;
  /** The window with the highest certainty of the answer that goes on. */
  readonly surest: AnsweredWindow | null;
  /** The answers that are over, the oldest first. */
  readonly earlier: readonly AnsweredWindow[];
}

export const NO_WINDOWS: AnsweredWindows = { current: null, surest: null, earlier: [] };

/** The windows after one more answer. `oldest`: windows that end before it are out of sight. */
export function windowsAfter(before: AnsweredWindows, window: AnsweredWindow, oldest: number): AnsweredWindows {
  const { current, surest } = before;
  // The input began anew.
  if (current !== null && window.end < current.end) return { current: window, surest: window, earlier: [] };
  const goesOn = current !== null && current.text === window.text;
  const over = goesOn || surest === null || surest.text === null || surest.isQuiet ? [] : [surest];
  return {
    current: window,
    surest: goesOn && surest !== null && (surest.share ?? 0) >= (window.share ?? 0) ? surest : window,
    earlier: [...before.earlier, ...over].filter(({ end }) => end > oldest),
  };
}

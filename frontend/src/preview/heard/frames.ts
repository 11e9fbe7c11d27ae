// The frames over the sound of the last seconds: where each window stands, and which of them have room for their names. Pure.
import type { AnsweredWindow, AnsweredWindows } from "./windows";

export interface Frame {
  readonly end: number;
  readonly text: string | null;
  readonly share: number | null;
  readonly isCurrent: boolean;
  /** Whether something was answered that is of interest. */
  readonly isAnswered: boolean;
  /** Whether its name does not lie over that of a newer one. */
  readonly isNamed: boolean;
  /** True if it is so far at the right that its name begins at its end. */
  readonly isAtEnd: boolean;
  /** Percent of the width. */
  readonly from: number;
  readonly width: number;
}

/** Percent of the width that a name takes. */
const NAME_WIDTH = 24;

/** The frames, the newest last. `count` are the samples since the input began, and `shown` how many of them are shown. */
export function framesOf(
  { current, earlier }: AnsweredWindows,
  length: number,
  { count, shown }: { readonly count: number; readonly shown: number },
): readonly Frame[] {
  const percent = (position: number): number =>
    Math.max(0, Math.min(100, (100 * (position - (count - shown))) / shown));
  const frameOf = (window: AnsweredWindow, isCurrent: boolean) => {
    const from = percent(window.end - length);
    return {
      end: window.end,
      text: window.text,
      share: window.share,
      isCurrent,
      isAnswered: window.text !== null && !window.isQuiet,
      isAtEnd: from > 100 - NAME_WIDTH,
      from,
      width: percent(window.end) - from,
    };
  };
  const frames = [
    ...earlier.map((each) => frameOf(each, false)),
    ...(current === null ? [] : [frameOf(current, true)]),
  ];
  return frames
    .map((frame, index) => ({
      ...frame,
      isNamed: frames.slice(index + 1).every((newer) => Math.abs(newer.from - frame.from) > NAME_WIDTH),
    }))
    .filter(({ width }) => width > 0);
}

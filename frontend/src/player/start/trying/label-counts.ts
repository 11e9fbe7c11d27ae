// How often a label is called at a threshold: on its own validation recordings, and on those of background. Pure.
import { calls, type ScoredRecording } from "../../../preview/threshold/counting";
import { rateAnHour, type Interval } from "../../../preview/threshold/intervals";

export interface LabelCounts {
  /** Recordings of the label, and those in which it was called. */
  readonly events: number;
  readonly heard: number;
  /** Calls in recordings of background, which last so many seconds together. */
  readonly alarms: number;
  readonly seconds: number;
  /** False alarms an hour; null without background. */
  readonly rate: Interval | null;
}

/** A call is over below this part of the threshold, as in the app. */
const RELEASE = 0.8;

export function labelCounts(
  recordings: readonly ScoredRecording[],
  place: number,
  label: string,
  background: string,
  value: number,
): LabelCounts {
  const threshold = { on: value, off: value * RELEASE };
  const own = recordings.filter((each) => each.label === label);
  const others = recordings.filter((each) => each.label === background);
  const alarms = others.reduce((sum, { windows }) => sum + calls(windows, place, threshold), 0);
  const seconds = others.reduce((sum, each) => sum + each.seconds, 0);
  return {
    events: own.length,
    heard: own.filter(({ windows }) => calls(windows, place, threshold) > 0).length,
    alarms,
    seconds,
    rate: seconds > 0 ? rateAnHour(alarms, seconds / 3600) : null,
  };
}

/** Seconds of background from which on a rate of an hour says something. */
const ENOUGH = 60;

export function alarmText({ alarms, seconds, rate }: LabelCounts): string {
  if (rate === null) return "No validation recordings of background to count on.";
  const length = seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
  const count = `${alarms} in ${length} of background`;
  return seconds < ENOUGH ? count : `${count}, so ${Math.round(rate.low)} to ${Math.round(rate.high)}`;
}

/** The rate in one line, or why there is none. */
export function headlineOf({ rate, seconds }: LabelCounts): string {
  if (rate === null) return "Not counted";
  return seconds < ENOUGH ? "Too little background" : `About ${Math.round(rate.value)} an hour`;
}

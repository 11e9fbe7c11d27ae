// The calls of an app at a threshold, and how many of them are wrong: counted on scores of recordings whose label is
// known. Pure.
import { isQuiet } from "../readings/quiet";

/** A recording of a project: its scores, window by window, and what it is a recording of. */
export interface ScoredRecording {
  readonly label: string;
  /** How long it is; 0 for a picture. */
  readonly seconds: number;
  readonly windows: readonly (readonly number[])[];
}

/** A score switches on at `on` and above, and off again below `off`; between them nothing changes. */
export interface Threshold {
  readonly on: number;
  readonly off: number;
}

/** The calls by their scores. */
export interface CalledLabels {
  /** The names of the scores, in their order. */
  readonly names: readonly string[];
  /** For one score alone: the labels of the recordings in which it should be called. */
  readonly positives: ReadonlySet<string>;
}

export interface Counts {
  /** Recordings in which something should be called, and those of them in which it was not. */
  readonly events: number;
  readonly missedEvents: number;
  /** Calls of something that the recording is not. */
  readonly alarms: number;
  /** Recordings in which nothing should be called, and those of them in which something was. */
  readonly others: number;
  readonly alarmedOthers: number;
  /** The seconds of all recordings together. */
  readonly seconds: number;
}

const NOTHING: Counts = { events: 0, missedEvents: 0, alarms: 0, others: 0, alarmedOthers: 0, seconds: 0 };

/** Labels are the same whatever their case and spaces. */
export function labelKey(label: string): string {
  return label.trim().replace(/\s+/g, " ").toLowerCase();
}

/** How often the score in place `index` is switched on anew. What is not a number switches nothing. */
export function calls(windows: ScoredRecording["windows"], index: number, { on, off }: Threshold): number {
  let isOn = false;
  let count = 0;
  for (const scores of windows) {
    const score = scores[index] ?? NaN;
    if (!isOn && score >= on) count += 1;
    isOn = isOn ? !(score < off) : score >= on;
  }
  return count;
}

/**
 * A recording of something that can be called is one event: it is missed when that is never called in it, and further
 * calls of the same are no false alarms. Every call of anything else is one.
 */
export function countsAt(
  recordings: readonly ScoredRecording[],
  calledLabels: CalledLabels,
  threshold: Threshold,
): Counts {
  return recordings.reduce((sum, recording) => sumOf(sum, ofRecording(recording, calledLabels, threshold)), NOTHING);
}

function ofRecording(
  { label, seconds, windows }: ScoredRecording,
  calledLabels: CalledLabels,
  threshold: Threshold,
): Counts {
  const key = labelKey(label);
  const isOne = calledLabels.names.length <= 1;
  const names = isOne ? [""] : calledLabels.names;
  const isEvent = isOne
    ? hasLabel(calledLabels.positives, key)
    : !isQuiet(label) && names.some((name) => labelKey(name) === key);
  const isRight = (name: string): boolean => (isOne ? isEvent : labelKey(name) === key);
  let [alarms, hits] = [0, 0];
  for (const [index, name] of names.entries()) {
    if (isQuiet(name)) continue;
    const count = calls(windows, index, threshold);
    if (isEvent && isRight(name)) hits += count;
    else alarms += count;
  }
  return {
    events: isEvent ? 1 : 0,
    missedEvents: isEvent && hits === 0 ? 1 : 0,
    alarms,
    others: isEvent ? 0 : 1,
    alarmedOthers: !isEvent && alarms > 0 ? 1 : 0,
    seconds,
  };
}

function hasLabel(labels: ReadonlySet<string>, key: string): boolean {
  return [...labels].some((label) => labelKey(label) === key);
}

function sumOf(one: Counts, other: Counts): Counts {
  return {
    events: one.events + other.events,
    missedEvents: one.missedEvents + other.missedEvents,
    alarms: one.alarms + other.alarms,
    others: one.others + other.others,
    alarmedOthers: one.alarmedOthers + other.alarmedOthers,
    seconds: one.seconds + other.seconds,
  };
}

/**
 * The labels in which one score alone should be called: the second word of the rune's only list of two words, where a
 * recording has it; else every label that says that something is there.
 */
export function likelyPositives(
  labels: readonly string[],
  wordlists: readonly (readonly string[])[],
): ReadonlySet<string> {
  const pairs = wordlists.filter(({ length }) => length === 2);
  const second = pairs.length === 1 ? pairs[0]?.[1] : undefined;
  const pairLabels = second === undefined ? [] : labels.filter((label) => labelKey(label) === labelKey(second));
  return new Set(pairLabels.length > 0 ? pairLabels : labels.filter((label) => !isQuiet(label)));
}

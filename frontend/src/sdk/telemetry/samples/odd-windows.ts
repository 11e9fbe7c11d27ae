// The last odd windows of a page, which its person may be asked for. Pure, and in memory alone: they are gone with the
// page, with a no, and after ten minutes. hmrd/protocol/samples.py has the same conditions for devices.
import type { RuneCounts } from "../../../runtime/types";

export const MOST_WINDOWS = 8;
export const MOST_BYTES = 4 * 1024 * 1024;
export const LONGEST_AGE = 600_000;
/** Milliseconds between two windows that are kept, so that they are not all of one noise, and do not overlap. */
export const SPACING = 5_000;

/** The bins in which one answer was counted. */
export interface WindowBins {
  readonly label: number | null;
  readonly confidence: number | null;
  readonly features: readonly number[];
}

/** The windows that a request is about: each part that is not null has to be true of the answer. */
export interface WindowCondition {
  readonly label: number | null;
  /** The highest bin. */
  readonly confidence: number | null;
  /** Bins of the feature with a number, from `low` to `high`, both included. */
  readonly feature: { readonly feature: number; readonly low: number; readonly high: number } | null;
}

export interface OddWindow {
  /** The time at which it was heard, in milliseconds since 1970. */
  readonly at: number;
  /** Samples of 16 bits. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly bins: WindowBins;
}

/** The conditions by which windows are odd. */
export interface OddConditions {
  readonly requests: readonly WindowCondition[];
  /** The highest bin of confidence in which few test samples are; null where none is odd. */
  readonly oddConfidence: number | null;
}

/** Returns the bins of one answer; null where the counts are those of none, or of several. */
export function binsOf({ labels, confidence, features }: RuneCounts): WindowBins | null {
  const groups = [labels, confidence, ...features].filter((group) => group.length > 0);
  if (groups.length === 0 || groups.some((group) => group.reduce((sum, count) => sum + count, 0) !== 1)) return null;
  const bin = (group: readonly number[]): number | null => (group.length > 0 ? group.indexOf(1) : null);
  const ranges = features.map(bin).filter((each) => each !== null);
  return { label: bin(labels), confidence: bin(confidence), features: ranges };
}

/** Whether a window is one of those that a request is about. */
export function matches({ label, confidence, feature }: WindowCondition, bins: WindowBins): boolean {
  if (label !== null && bins.label !== label) return false;
  if (confidence !== null && (bins.confidence === null || bins.confidence > confidence)) return false;
  if (feature === null) return true;
  const bin = bins.features[feature.feature];
  return bin !== undefined && feature.low <= bin && bin <= feature.high;
}

/** Whether a window is kept: a request is about it, or its answer was less sure than nearly all on the test samples. */
export function isOdd({ requests, oddConfidence }: OddConditions, bins: WindowBins): boolean {
  if (requests.some((condition) => matches(condition, bins))) return true;
  return oddConfidence !== null && bins.confidence !== null && bins.confidence <= oddConfidence;
}

/** Returns the windows that may still be kept. */
export function youngWindows(windows: readonly OddWindow[], now: number): readonly OddWindow[] {
  const young = windows.filter(({ at }) => now - at < LONGEST_AGE && at <= now);
  return young.length === windows.length ? windows : young;
}

/** Returns the windows with a further one, without the oldest where they are too many or too large. */
export function withWindow(windows: readonly OddWindow[], window: OddWindow): readonly OddWindow[] {
  const young = youngWindows(windows, window.at);
  const last = young.at(-1);
  if (window.data.length > MOST_BYTES || (last !== undefined && window.at - last.at < SPACING)) return young;
  const all = [...young, window];
  while (all.length > MOST_WINDOWS || sizeOf(all) > MOST_BYTES) all.shift();
  return all;
}

/** The kept windows that a request is about, the newest `most` of them. */
export function windowsFor(windows: readonly OddWindow[], condition: WindowCondition, most: number): OddWindow[] {
  return windows.filter(({ bins }) => matches(condition, bins)).slice(-most);
}

function sizeOf(windows: readonly OddWindow[]): number {
  return windows.reduce((sum, { data }) => sum + data.length, 0);
}

// How good a run is and why its epoch was taken, from what its server says. Pure.
import type { OpenRun, RunQuality } from "../server";

/** A recording that was answered wrongly. */
export interface Mistake {
  readonly sample: number;
  readonly label: string;
  readonly answer: string;
  readonly sureness: number;
}

/** The validation figures of a finished run; null where there are none. Test recordings are no part of them. */
export function qualityOf(run: OpenRun): RunQuality | null {
  if (run.quality !== undefined && run.quality !== null) return run.quality;
  const judgement = run.judgements["validation"];
  const accuracy = judgement?.accuracy ?? null;
  if (judgement === undefined || accuracy === null) return null;
  const { right, samples, share, low, high } = accuracy;
  return {
    split: "validation",
    right,
    count: samples,
    share,
    low,
    high,
    sentence: `${right} of ${samples} validation recordings right. Range ${rangeText(low, high)}${samples < 50 ? `: ${samples} are few` : ""}.`,
    labels: judgement.by_label.map((each) => ({
      label: each.name,
      right: each.right,
      count: each.samples,
      low: each.low,
      high: each.high,
    })),
  };
}

export function mistakesOf(run: OpenRun): readonly Mistake[] {
  return run.judgements["validation"]?.mistakes ?? [];
}

export function rangeText(low: number, high: number): string {
  return `${Math.round(100 * low)} to ${Math.round(100 * high)} %`;
}

/** Why the marked epoch is the one that is used. */
export function epochSentence(run: OpenRun): string {
  if (run.epoch_sentence !== undefined && run.epoch_sentence !== "") return run.epoch_sentence;
  const best = run.curves[run.best_epoch - 1];
  if (best === undefined) return "";
  const peak = run.curves.find(
    ({ epoch, validation_accuracy: share }) => epoch < best.epoch && share >= best.validation_accuracy,
  );
  const behind = run.curves.length - best.epoch;
  const end = behind === 0 ? "It is the last one." : `None of the ${behind} behind it was better.`;
  if (peak === undefined)
    return `Epoch ${best.epoch} is used: no earlier one got as many validation windows right. ${end}`;
  return `Epoch ${best.epoch} is used, and not epoch ${peak.epoch}, which was as accurate: the validation loss fell from ${peak.validation_loss.toPrecision(2)} to ${best.validation_loss.toPrecision(2)}. ${end}`;
}

/** Seconds that are left at most, from how long the epochs took; null before there are two. */
export function secondsLeft(run: OpenRun, begun: number, now: number): number | null {
  const count = run.curves.length;
  const most = Number(run.arguments["epochs"] ?? 0);
  if (count < 2 || most <= count) return null;
  return Math.max(1, Math.round(((now - begun) / count / 1000) * (most - count)));
}

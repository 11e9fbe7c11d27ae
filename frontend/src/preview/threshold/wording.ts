// Misses and false alarms as sentences, with how far they can be trusted. Pure.
import { counted } from "../../look/plural";
import type { Counts } from "./counting";
import { rateAnHour, shareOf, type Interval } from "./intervals";

/** An interval of a share that is wider says little: 20 percentage points. */
const WIDEST = 0.2;
const FEW = "Too few samples for a precise figure.";

export interface Figures {
  readonly misses: string;
  readonly alarms: string;
  /** Said where the recordings are too few; null where they are not. */
  readonly few: string | null;
}

export function figuresOf(counts: Counts): Figures {
  const missShare = counts.events === 0 ? null : shareOf(counts.missedEvents, counts.events);
  const isPrecise = missShare !== null && missShare.high - missShare.low <= WIDEST && isPreciseRate(counts);
  return { misses: missText(counts, missShare), alarms: alarmText(counts), few: isPrecise ? null : FEW };
}

function missText({ events, missedEvents }: Counts, share: Interval | null): string {
  return share === null
    ? "No recording in which something should be called."
    : `${missedEvents} of ${counted(events, "recording")}: ${percents(share)}`;
}

function alarmText({ alarms, others, alarmedOthers, seconds }: Counts): string {
  if (seconds > 0) {
    const rate = rateAnHour(alarms, seconds / 3600);
    const text = `${alarms} in ${lengthText(seconds)}: ${rateText(rate.value)} an hour`;
    return `${text} (95 % interval ${rateText(rate.low)} to ${rateText(rate.high)})`;
  }
  if (others === 0) return `${alarms}. No recording in which nothing should be called.`;
  const share = shareOf(alarmedOthers, others);
  return `In ${alarmedOthers} of ${counted(others, "other recording")}: ${percents(share)}`;
}

function isPreciseRate({ alarms, others, alarmedOthers, seconds }: Counts): boolean {
  if (seconds === 0) return others > 0 && widthOf(shareOf(alarmedOthers, others)) <= WIDEST;
  const rate = rateAnHour(alarms, seconds / 3600);
  return widthOf(rate) <= Math.max(1, rate.value);
}

function widthOf({ low, high }: Interval): number {
  return high - low;
}

function percents({ value, low, high }: Interval): string {
  return `${Math.round(100 * value)} % (95 % interval ${Math.round(100 * low)} to ${Math.round(100 * high)} %)`;
}

function rateText(rate: number): string {
  return rate < 100 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en");
}

function lengthText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(0)} s`;
  return seconds < 3600 ? `${(seconds / 60).toFixed(1)} minutes` : `${(seconds / 3600).toFixed(1)} hours`;
}

// A take: what was recorded and is not saved yet, with what a person should know before they keep it. Pure.
import { csvOf, wavOf, type MotionRow } from "../../../preview/phone";
import type { Face } from "../sending/storage";

export interface Take {
  readonly bytes: ArrayBuffer;
  readonly type: string;
  readonly face: Face;
  /** A sentence about it, and whether it is likely to be of use. */
  readonly verdict: { readonly text: string; readonly isGood: boolean };
}

const PEAKS = 72;
const POINTS = 40;
/** A sound whose largest value is below it is too quiet. */
export const QUIET = 0.02;
/** A value from which on a sound is overdriven. */
export const FULL = 0.999;
/** The share of values at full scale from which on a sound is overdriven: as the server judges it. */
const CLIPPED_SHARE = 0.001;

export function soundTake(samples: Float32Array, rate: number): Take {
  const peaks = peaksOf(samples, PEAKS);
  return {
    bytes: wavOf(samples, rate),
    type: "audio/wav",
    face: { kind: "sound", peaks },
    verdict: soundVerdict(samples),
  };
}

function soundVerdict(samples: Float32Array): Take["verdict"] {
  let loudest = 0;
  let full = 0;
  for (const sample of samples) {
    loudest = Math.max(loudest, Math.abs(sample));
    if (Math.abs(sample) >= FULL) full += 1;
  }
  if (loudest < QUIET) return { text: "Too quiet", isGood: false };
  if (full >= samples.length * CLIPPED_SHARE) return { text: "Too loud", isGood: false };
  return { text: "Good level", isGood: true };
}

/** The largest magnitudes of `count` stretches, each 0 to 100. */
export function peaksOf(samples: Float32Array, count: number): number[] {
  return Array.from({ length: Math.min(count, samples.length) }, (_, index) => {
    const from = Math.floor((samples.length * index) / count);
    const to = Math.max(from + 1, Math.floor((samples.length * (index + 1)) / count));
    let largest = 0;
    for (let at = from; at < to; at += 1) largest = Math.max(largest, Math.abs(samples[at] ?? 0));
    return Math.round(Math.min(1, largest) * 100);
  });
}

/** The level of a block in decibels below full scale, at least -60. */
export function levelOf(samples: Float32Array): number {
  const sum = samples.reduce((total, sample) => total + sample * sample, 0);
  const mean = Math.sqrt(sum / Math.max(1, samples.length));
  return Math.max(-60, 20 * Math.log10(Math.max(1e-6, mean)));
}

export function motionTake(rows: readonly MotionRow[]): Take {
  const axes = [0, 1, 2].map((axis) => rows.map((row) => row[axis] ?? 0));
  const largest = Math.max(1e-6, ...axes.map((axis) => Math.max(...axis.map(Math.abs))));
  const isStill = axes.every((axis) => Math.min(...axis) === Math.max(...axis));
  const step = Math.max(1, Math.floor(rows.length / POINTS));
  return {
    bytes: new TextEncoder().encode(csvOf(rows)).buffer,
    type: "text/csv",
    face: {
      kind: "motion",
      axes: axes.map((axis) =>
        axis.filter((_, index) => index % step === 0).map((value) => Math.round((value / largest) * 100)),
      ),
    },
    verdict: isStill ? { text: "No motion", isGood: false } : { text: "Good", isGood: true },
  };
}

export function pictureTake(bytes: ArrayBuffer): Take {
  return { bytes, type: "image/jpeg", face: { kind: "picture" }, verdict: { text: "Look at it", isGood: true } };
}

/** For a person, where the page's storage takes no recording. */
export const NOT_STORED =
  "This device could not store the recording. Send or delete recordings to make room, or open the page outside of private browsing.";

// A recording: what was recorded of one input, cut and named by its person. Pure.
import { recordingOf, type CapabilityRequest } from "../../../runtime";
import { rowsToBytes, type MotionRow } from "../../motion/motion";
import { pictureBytes, pictureRequest, rgbaOf, type PictureRequest } from "../../picture/pixels";
import { Resampler } from "../../sound/resampler";
import { countOf, rateOf, toI16 } from "../../sound/samples";
import { hopOf } from "../../sound/window";

export interface SoundContent {
  readonly kind: "sound";
  /** Samples a second. */
  readonly rate: number;
  /** -1 to 1. */
  readonly samples: Float32Array;
}

export interface PictureContent {
  readonly kind: "picture";
  readonly picture: PictureRequest;
  /** Each as the rune was given it. */
  readonly frames: readonly ArrayBuffer[];
  /** Milliseconds from the start, one for each frame. */
  readonly times: readonly number[];
}

export interface MotionContent {
  readonly kind: "motion";
  readonly rows: readonly MotionRow[];
  readonly times: readonly number[];
}

export type Content = SoundContent | PictureContent | MotionContent;

export interface Recording {
  readonly id: number;
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly recorded: number;
  readonly content: Content;
  /** The part that is used, in milliseconds from its start. */
  readonly from: number;
  readonly to: number;
  /** The page of the sample that it is, where there is one. */
  readonly page?: string;
}

/** Whether its person gave it no label yet. */
export function isUnlabelled({ id, label }: Pick<Recording, "id" | "label">): boolean {
  return label === firstLabel(id);
}

/** The label of a recording until its person names it. */
export function firstLabel(id: number): string {
  return `Recording ${id}`;
}

/** Milliseconds; a single picture has none. */
export function lengthOf(content: Content): number {
  return content.kind === "sound" ? (content.samples.length / content.rate) * 1000 : (content.times.at(-1) ?? 0);
}

/** The content between the recording's two ends; never empty. */
export function trimmed({ content, from, to }: Pick<Recording, "content" | "from" | "to">): Content {
  if (content.kind === "sound") {
    const first = Math.min(Math.floor((from / 1000) * content.rate), content.samples.length - 1);
    return {
      ...content,
      samples: content.samples.subarray(first, Math.max(first + 1, Math.ceil((to / 1000) * content.rate))),
    };
  }
  const inside = content.times.map((time) => time >= from - 0.5 && time <= to + 0.5);
  const nearest = content.times.reduce(
    (best, time, index) => (Math.abs(time - from) < Math.abs((content.times[best] ?? 0) - from) ? index : best),
    0,
  );
  const isInside = (index: number): boolean => inside[index] === true || (!inside.includes(true) && index === nearest);
  const times = content.times.filter((_, index) => isInside(index));
  const start = times[0] ?? 0;
  const movedTimes = times.map((time) => time - start);
  return content.kind === "picture"
    ? { ...content, frames: content.frames.filter((_, index) => isInside(index)), times: movedTimes }
    : { ...content, rows: content.rows.filter((_, index) => isInside(index)), times: movedTimes };
}

/** The inputs that a recording gives a rune, one after another. */
export interface Windows {
  readonly count: number;
  /** Milliseconds between two of them, as they came. */
  readonly step: number;
  readonly at: (index: number) => ArrayBuffer;
}

const FRAME_STEP = 100;
const MOTION_RUNS = 8;

/** Null when the recording is of another kind than the capability. */
export function windowsOf(content: Content, request: CapabilityRequest): Windows | null {
  if (content.kind !== recordingOf(request)) return null;
  switch (content.kind) {
    case "sound":
      return soundWindows(content, request);
    case "picture":
      return pictureWindows(content, request);
    case "motion":
      return motionWindows(content, request);
  }
}

function soundWindows({ samples, rate }: SoundContent, request: CapabilityRequest): Windows {
  const [targetRate, length] = [rateOf(request), countOf(request)];
  const samplesAtRate = targetRate === rate ? samples : resampled(samples, rate, targetRate);
  const hop = hopOf(length, request.isStream);
  return {
    count: 1 + Math.max(0, Math.floor((samplesAtRate.length - length) / hop)),
    step: (hop / targetRate) * 1000,
    at: (index) => {
      const window = new Float32Array(length);
      window.set(samplesAtRate.subarray(index * hop, index * hop + length));
      return toI16(window);
    },
  };
}

function resampled(samples: Float32Array, from: number, to: number): Float32Array {
  const resampler = new Resampler(from, to);
  // The filter looks ahead: some silence behind the end brings out the last samples.
  const paddedSamples = new Float32Array(samples.length + Math.ceil(40 * Math.max(1, from / to)));
  paddedSamples.set(samples);
  return resampler.push(paddedSamples).slice(0, Math.round((samples.length * to) / from));
}

function pictureWindows({ picture, frames, times }: PictureContent, request: CapabilityRequest): Windows {
  const targetPicture = pictureRequest(request);
  const isSame = JSON.stringify(targetPicture) === JSON.stringify(picture);
  return {
    count: frames.length,
    step: frames.length > 1 ? (times.at(-1) ?? 0) / (frames.length - 1) : FRAME_STEP,
    at: (index) => {
      const frame = frames[index] ?? new ArrayBuffer(request.size);
      return isSame ? frame : pictureBytes(rgbaOf(frame, picture), targetPicture);
    },
  };
}

function motionWindows({ rows, times }: MotionContent, request: CapabilityRequest): Windows {
  const need = Math.max(1, Math.floor(request.size / 12));
  const span = times.at(-1) ?? 0;
  const perSecond = span > 0 ? ((rows.length - 1) / span) * 1000 : 50;
  // A rune that makes windows itself is given each row once.
  const hop = request.isStream === true ? need : Math.max(1, Math.round(perSecond / MOTION_RUNS));
  return {
    count: 1 + Math.max(0, Math.floor((rows.length - need) / hop)),
    step: (hop / perSecond) * 1000,
    at: (index) => rowsToBytes(rows.slice(0, need + index * hop), need),
  };
}

/** `1.4 s`, or `one picture`. */
export function lengthText(content: Content): string {
  if (content.kind === "picture" && content.frames.length === 1) return "one picture";
  return `${(lengthOf(content) / 1000).toFixed(1)} s`;
}

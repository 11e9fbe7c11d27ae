// Inputs that nobody measured: sounds, patterns and motions made by arithmetic. Pure but for the noise, which takes its chance.
import { rowsToBytes, type MotionRow } from "./motion/motion";
import { pictureBytes, type PictureRequest } from "./picture/pixels";
import { tone } from "./sound/samples";

export type SoundSignal = "tone" | "sweep" | "noise" | "silence";
export type PictureSignal = "gradient" | "checkers" | "noise" | "black" | "white";
export type MotionSignal = "still" | "wave" | "circle" | "shake";
export type Chance = () => number;

export const SOUND_SIGNALS: Readonly<Record<SoundSignal, string>> = {
  tone: "Tone",
  sweep: "Sweep",
  noise: "Noise",
  silence: "Silence",
};
export const PICTURE_SIGNALS: Readonly<Record<PictureSignal, string>> = {
  gradient: "Gradient",
  checkers: "Checkers",
  noise: "Noise",
  black: "Black",
  white: "White",
};
export const MOTION_SIGNALS: Readonly<Record<MotionSignal, string>> = {
  still: "Lying still",
  wave: "Waving",
  circle: "Circling",
  shake: "Shaking",
};

const GRAVITY = 9.81;
/** Rows a second of a phone's motion, as most browsers give them. */
export const MOTION_RATE = 60;

/** Says which part of a stream: the place of its first sample, and the samples after which a sweep begins again. */
export interface StreamPart {
  readonly start: number;
  readonly length: number;
}

/** -1 to 1. A tone of this pitch, a sweep from it to four octaves above or the highest there is, noise, or nothing. */
export function soundSignal(
  signal: SoundSignal,
  count: number,
  rate: number,
  hertz: number,
  chance: Chance = Math.random,
  { start, length }: StreamPart = { start: 0, length: count },
): Float32Array {
  switch (signal) {
    case "tone":
      return tone(count, rate, hertz, start);
    case "sweep": {
      const top = Math.min(rate / 2 - 50, hertz * 16);
      const rise = (top - hertz) / (length / rate);
      return Float32Array.from({ length: count }, (_, index) => {
        const at = ((start + index) % length) / rate;
        return 0.2 * Math.sin(2 * Math.PI * (hertz * at + (rise * at * at) / 2));
      });
    }
    case "noise":
      return Float32Array.from({ length: count }, () => 0.2 * (2 * chance() - 1));
    case "silence":
      return new Float32Array(count);
  }
}

export function pictureSignal(
  signal: PictureSignal,
  request: PictureRequest,
  chance: Chance = Math.random,
): ArrayBuffer {
  const { width, height } = request;
  const data = new Uint8ClampedArray(width * height * 4);
  const side = Math.max(1, Math.round(Math.min(width, height) / 8));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      data.set([...colourAt(signal, x, y, width, height, side, chance), 255], (y * width + x) * 4);
    }
  }
  return pictureBytes({ width, height, channels: 4, data }, request);
}

function colourAt(
  signal: PictureSignal,
  x: number,
  y: number,
  width: number,
  height: number,
  side: number,
  chance: Chance,
): readonly [number, number, number] {
  switch (signal) {
    case "gradient": {
      const across = (255 * x) / Math.max(1, width - 1);
      return [across, (255 * y) / Math.max(1, height - 1), 255 - across];
    }
    case "checkers": {
      const light = (Math.floor(x / side) + Math.floor(y / side)) % 2 === 0 ? 255 : 0;
      return [light, light, light];
    }
    case "noise":
      return [255 * chance(), 255 * chance(), 255 * chance()];
    case "black":
      return [0, 0, 0];
    case "white":
      return [255, 255, 255];
  }
}

/**
 * f32 [count, 3], metres per second squared with gravity, at 60 rows a second, from row `start` of a stream on; `turns` is
 * how often a second it goes round.
 */
export function motionSignal(
  signal: MotionSignal,
  count: number,
  turns: number,
  chance: Chance = Math.random,
  start = 0,
): ArrayBuffer {
  const rows = Array.from({ length: count }, (_, index): MotionRow => {
    const angle = (2 * Math.PI * turns * (start + index)) / MOTION_RATE;
    switch (signal) {
      case "still":
        return [0, 0, GRAVITY];
      case "wave":
        return [8 * Math.sin(angle), 0, GRAVITY];
      case "circle":
        return [8 * Math.cos(angle), 8 * Math.sin(angle), GRAVITY];
      case "shake":
        return [40 * (chance() - 0.5), 40 * (chance() - 0.5), GRAVITY + 40 * (chance() - 0.5)];
    }
  });
  return rowsToBytes(rows, count);
}

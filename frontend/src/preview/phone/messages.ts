// The messages of sealed frames: the sensor that the studio wants, and the measurements of the phone. A byte says which;
// then its data. Pure.
import type { Bytes } from "../../runtime/types";
import { ROW_BYTES, type MotionRow } from "../motion/motion";
import type { SensorReading } from "../sources/measurements";

/** The request of the studio; null ends it. */
export type SensorRequest =
  | { readonly kind: "sound"; readonly rate: number }
  | { readonly kind: "motion" }
  | { readonly kind: "picture"; readonly side: number };

export type FromPhone = SensorReading;

const KIND = { want: 1, sound: 2, motion: 3, picture: 4, off: 5 } as const;
/** Samples a second that a sensor may send. */
export const RATES = { least: 1000, most: 96_000 };
const SIDES = { least: 16, most: 480 };
/** Bytes of a frame before it is sealed: what the relay takes, less counter, tag and base64. */
export const LARGEST = 46_000;

/** A message that is not of this edition. */
export class BadMessage extends Error {}

export function sensorRequestBytes(request: SensorRequest | null): Bytes {
  return taggedBytes(KIND.want, new TextEncoder().encode(JSON.stringify(request)));
}

export function readSensorRequest(bytes: Uint8Array): SensorRequest | null {
  if (bytes[0] !== KIND.want) throw new BadMessage("The message is not a request for a sensor.");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes.subarray(1)));
  } catch {
    throw new BadMessage("The request of the studio cannot be read.");
  }
  if (value === null) return null;
  const { kind, rate, side } = value as Record<string, unknown>;
  if (kind === "sound" && isWithin(rate, RATES)) return { kind, rate };
  if (kind === "motion") return { kind };
  if (kind === "picture" && isWithin(side, SIDES)) return { kind, side };
  throw new BadMessage("The studio requests a sensor that this page does not support.");
}

function isWithin(value: unknown, { least, most }: { readonly least: number; readonly most: number }): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

/** The side of a picture that is sent for one of these sides. */
export function sideFor(width: number, height: number): number {
  return Math.max(SIDES.least, Math.min(SIDES.most, Math.max(width, height)));
}

export function soundBytes(samples: ArrayBuffer): Bytes {
  return taggedBytes(KIND.sound, new Uint8Array(samples));
}

export function motionBytes(rows: readonly MotionRow[]): Bytes {
  return taggedBytes(KIND.motion, new Uint8Array(Float32Array.from(rows.flat()).buffer));
}

export function pictureBytes(jpeg: Uint8Array): Bytes {
  return taggedBytes(KIND.picture, jpeg);
}

export const offBytes = (): Bytes => taggedBytes(KIND.off, new Uint8Array());

export function readFromPhone(bytes: Uint8Array): FromPhone {
  const data = bytes.slice(1);
  switch (bytes[0]) {
    case KIND.sound:
      if (data.length === 0 || data.length % 2 !== 0) throw new BadMessage("Samples have two bytes each.");
      return { what: "sound", samples: Float32Array.from(new Int16Array(data.buffer), (value) => value / 32768) };
    case KIND.motion: {
      const values = data.length % ROW_BYTES === 0 ? [...new Float32Array(data.buffer)] : [];
      if (values.length === 0 || !values.every(Number.isFinite)) throw new BadMessage("Rows have three numbers each.");
      return { what: "motion", rows: rowsOf(values) };
    }
    case KIND.picture:
      return { what: "picture", jpeg: new Blob([data], { type: "image/jpeg" }) };
    case KIND.off:
      return { what: "off" };
    default:
      throw new BadMessage("The phone sent a message that this page does not support.");
  }
}

function rowsOf(values: readonly number[]): readonly MotionRow[] {
  return Array.from({ length: values.length / 3 }, (_, row): MotionRow => [
    values[row * 3] ?? 0,
    values[row * 3 + 1] ?? 0,
    values[row * 3 + 2] ?? 0,
  ]);
}

function taggedBytes(kind: number, data: Uint8Array): Bytes {
  const bytes = new Uint8Array(1 + data.length);
  bytes[0] = kind;
  bytes.set(data, 1);
  return bytes;
}

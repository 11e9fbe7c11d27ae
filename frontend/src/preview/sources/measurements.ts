// Measurements of a phone or a board as the inputs that a rune reads: windows, chunks, pictures.
import { recordingOf, type CapabilityRequest } from "../../runtime";
import { rowsToBytes, type MotionRow } from "../motion/motion";
import { pictureMaker } from "../picture/maker";
import { pictureRequest } from "../picture/pixels";
import { countOf, toI16 } from "../sound/samples";
import { Chunks, SlidingWindow } from "../sound/window";
import { SHOWN_ROWS } from "./views/draw-rows";
import type { SourceProps } from "./source";

export type SensorReading =
  /** At the rune's rate. */
  | { readonly what: "sound"; readonly samples: Float32Array }
  | { readonly what: "motion"; readonly rows: readonly MotionRow[] }
  | { readonly what: "picture"; readonly jpeg: Blob }
  /** The sensor is off; nothing follows. */
  | { readonly what: "off" };

export interface Effects {
  readonly onInput: SourceProps["onInput"];
  readonly onSound: (window: Float32Array) => void;
  readonly onRows: (rows: readonly MotionRow[]) => void;
  readonly onPicture: (bytes: ArrayBuffer) => void;
}

/** Turns measurements from elsewhere into inputs of the rune, as those of the sensors of this machine. */
export function inputsOf(request: CapabilityRequest, effects: Effects): (message: SensorReading) => void {
  switch (recordingOf(request)) {
    case "sound":
      return soundInputs(request, effects);
    case "picture":
      return pictureInputs(request, effects);
    default:
      return motionInputs(request, effects);
  }
}

function soundInputs(request: CapabilityRequest, { onInput, onSound }: Effects): (message: SensorReading) => void {
  const length = countOf(request);
  const chunks = new Chunks(length);
  const window = new SlidingWindow(length);
  return (message) => {
    if (message.what !== "sound") return;
    const isNew = window.push(message.samples);
    onSound(window.copy());
    if (request.isStream === true) for (const chunk of chunks.push(message.samples)) onInput(toI16(chunk), true);
    else if (isNew) onInput(toI16(window.copy()), true);
  };
}

function motionInputs(request: CapabilityRequest, { onInput, onRows }: Effects): (message: SensorReading) => void {
  const count = Math.max(1, Math.floor(request.size / 12));
  let all: readonly MotionRow[] = [];
  let fresh: readonly MotionRow[] = [];
  return (message) => {
    if (message.what !== "motion") return;
    all = [...all, ...message.rows].slice(-Math.max(count, SHOWN_ROWS));
    onRows(all);
    if (request.isStream !== true) {
      if (all.length >= count) onInput(rowsToBytes(all, count), true);
      return;
    }
    fresh = [...fresh, ...message.rows];
    for (; fresh.length >= count; fresh = fresh.slice(count)) onInput(rowsToBytes(fresh.slice(0, count), count), true);
  };
}

function pictureInputs(request: CapabilityRequest, { onInput, onPicture }: Effects): (message: SensorReading) => void {
  const picture = pictureRequest(request);
  let isBusy = false;
  return (message) => {
    if (message.what !== "picture" || isBusy) return;
    isBusy = true;
    createImageBitmap(message.jpeg)
      .then((bitmap) => pictureMaker.make(bitmap, picture, "crop"))
      .then((bytes) => {
        onPicture(bytes);
        onInput(bytes, true);
      })
      // A frame that is no picture is left out.
      .catch(() => undefined)
      .finally(() => {
        isBusy = false;
      });
  };
}

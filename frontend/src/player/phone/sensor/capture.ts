// The measurements of a phone for its person's studio: samples, rows or pictures as sealed frames have them, until a
// signal aborts.
import {
  askForMotion,
  EvenRows,
  LARGEST,
  motionBytes,
  openCamera,
  openMicrophone,
  pictureBytes,
  rowOf,
  soundBytes,
  toI16,
  type MotionRow,
  type SensorRequest,
} from "../../../preview/phone";
import type { Bytes } from "../../../runtime/types";

/** Milliseconds between two frames: below what the relay lets through. */
const PAUSE = 125;
const QUALITY = 0.8;

export interface SensorCapture {
  readonly signal: AbortSignal;
  readonly send: (bytes: Bytes) => void;
  /** The device was disconnected, or its permission was withdrawn. */
  readonly onLost: () => void;
  /** Shows what the camera sees. */
  readonly video: HTMLVideoElement | null;
}

/** Settles when the sensor is on. Rejects as browsers do where it is refused. */
export function capture(request: SensorRequest, to: SensorCapture): Promise<unknown> {
  switch (request.kind) {
    case "sound":
      return captureSound(request.rate, to);
    case "motion":
      return captureMotion(to);
    case "picture":
      return capturePictures(request.side, to);
  }
}

/** Samples that fit a frame. */
function captureSound(rate: number, { signal, send, onLost }: SensorCapture): Promise<unknown> {
  const most = Math.min(Math.ceil((rate * PAUSE) / 1000), Math.floor((LARGEST - 1) / 2));
  const buffer = new Float32Array(most);
  let count = 0;
  const onSamples = (samples: Float32Array): void => {
    for (const sample of samples) {
      buffer[count] = sample;
      count += 1;
      if (count < most) continue;
      send(soundBytes(toI16(buffer)));
      count = 0;
    }
  };
  return openMicrophone(rate, null, signal, onSamples, onLost);
}

async function captureMotion({ signal, send, onLost }: SensorCapture): Promise<void> {
  await askForMotion();
  let rows: MotionRow[] = [];
  let hasRows = false;
  const even = new EvenRows();
  const onMotion = (event: DeviceMotionEvent): void => {
    const row = rowOf(event);
    if (row !== null) rows.push(...even.push({ at: event.timeStamp, row }).map((each) => each.row));
  };
  window.addEventListener("devicemotion", onMotion, { signal });
  const timer = setInterval(() => {
    if (rows.length === 0) return;
    hasRows = true;
    send(motionBytes(rows));
    rows = [];
  }, PAUSE);
  const silence = setTimeout(() => {
    if (!hasRows) onLost();
  }, 2500);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    clearTimeout(silence);
  });
}

async function capturePictures(side: number, { signal, send, onLost, video }: SensorCapture): Promise<void> {
  if (video === null) return;
  await openCamera(video, null, signal, onLost);
  if (signal.aborted) return; // it was stopped while the browser asked
  const canvas = document.createElement("canvas");
  let isBusy = false;
  const take = async (): Promise<void> => {
    if (isBusy || video.videoWidth === 0) return;
    isBusy = true;
    // The short side is what the rune crops to.
    const scale = Math.min(1, side / Math.min(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
    const jpeg = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (jpeg !== null && jpeg.size < LARGEST && !signal.aborted)
      send(pictureBytes(new Uint8Array(await jpeg.arrayBuffer())));
    isBusy = false;
  };
  const timer = setInterval(() => void take(), PAUSE);
  signal.addEventListener("abort", () => clearInterval(timer));
}

// A capture: pieces go in as they come, the content of a recording comes out. It ends by itself before it fills memory.
import type { MotionRow } from "../../motion/motion";
import type { PictureRequest } from "../../picture/pixels";
import type { Content } from "./recording";

const MOST_MILLISECONDS = 60_000;
const MOST_BYTES = 24 * 1024 * 1024;

export interface Capture<Piece> {
  /** False when it is full and must end. */
  readonly push: (piece: Piece, at: number) => boolean;
  /** Null while nothing was recorded. */
  readonly content: () => Content | null;
}

export function soundCapture(rate: number): Capture<Float32Array> {
  const pieces: Float32Array[] = [];
  let length = 0;
  return {
    push: (piece) => {
      pieces.push(piece.slice());
      length += piece.length;
      return length < (MOST_MILLISECONDS / 1000) * rate && length * 4 < MOST_BYTES;
    },
    content: () => {
      if (length === 0) return null;
      const samples = new Float32Array(length);
      let at = 0;
      for (const piece of pieces) {
        samples.set(piece, at);
        at += piece.length;
      }
      return { kind: "sound", rate, samples };
    },
  };
}

export function pictureCapture(picture: PictureRequest): Capture<ArrayBuffer> {
  const frames: ArrayBuffer[] = [];
  const clock = frameClock();
  let bytes = 0;
  return {
    push: (frame, at) => {
      frames.push(frame);
      bytes += frame.byteLength;
      return clock.push(at) && bytes < MOST_BYTES;
    },
    content: () =>
      frames.length === 0 ? null : { kind: "picture", picture, frames: [...frames], times: clock.times() },
  };
}

export function motionCapture(): Capture<MotionRow> {
  const rows: MotionRow[] = [];
  const clock = frameClock();
  return {
    push: (row, at) => {
      rows.push(row);
      return clock.push(at);
    },
    content: () => (rows.length === 0 ? null : { kind: "motion", rows: [...rows], times: clock.times() }),
  };
}

function frameClock(): { push: (at: number) => boolean; times: () => number[] } {
  const times: number[] = [];
  return {
    push: (at) => {
      times.push(at);
      return at - (times[0] ?? at) < MOST_MILLISECONDS;
    },
    times: () => times.map((time) => time - (times[0] ?? 0)),
  };
}

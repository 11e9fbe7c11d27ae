// Writes recordings as files that every tool reads, and that give a rune the identical input again: wav, png, csv.
import type { MotionRow } from "../../motion/motion";
import { drawInputPicture } from "../../picture/rgba";
import { toI16 } from "../../sound/samples";
import { wavOfIntegers } from "../../sound/wav";
import { trimmed, type Recording } from "./recording";

/** A wav of one channel and 16 bits. Samples are -1 to 1. */
export function wavOf(samples: Float32Array, rate: number): ArrayBuffer {
  return wavOfIntegers(new Uint8Array(toI16(samples)), rate);
}

/** `x,y,z` a line, each number as short as it says itself. */
export function csvOf(rows: readonly MotionRow[]): string {
  return rows.map((row) => `${row.map((value) => String(Math.fround(value))).join(",")}\n`).join("");
}

/** The file of a recording that is sent: of pictures the first. */
export async function fileOf(recording: Recording): Promise<Blob> {
  const content = trimmed(recording);
  switch (content.kind) {
    case "sound":
      return new Blob([wavOf(content.samples, content.rate)], { type: "audio/wav" });
    case "motion":
      return new Blob([csvOf(content.rows)], { type: "text/csv" });
    case "picture": {
      const canvas = document.createElement("canvas");
      const [frame] = content.frames;
      if (frame !== undefined) drawInputPicture(canvas, frame, content.picture);
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
      if (blob === null) throw new Error("This browser cannot write the picture.");
      return blob;
    }
  }
}

// A sample's file as the content of a recording, for the rune that is to be given it again: wav, png, csv as `encode.ts` writes them.
import type { CapabilityRequest, RecordingKind } from "../../../runtime";
import { ROW_STEP } from "../../motion/motion";
import { parseRows } from "../../motion/file";
import { decodePicture } from "../../picture/decode";
import { pictureMaker } from "../../picture/maker";
import { pictureRequest } from "../../picture/pixels";
import type { Content } from "./recording";

/** A recording that a project keeps. */
export interface StoredRecording {
  readonly label: string;
  readonly kind: RecordingKind;
  readonly file: Blob;
  /** The page of the sample that it is, where there is one. */
  readonly page?: string;
}

/** Rejects with an Error whose message is for a person. */
export async function contentOfFile({ kind, file }: StoredRecording, request: CapabilityRequest): Promise<Content> {
  switch (kind) {
    case "sound":
      return { kind, ...soundOf(await file.arrayBuffer()) };
    case "motion": {
      const rows = parseRows(await file.text());
      return { kind, rows, times: rows.map((_, index) => index * ROW_STEP) };
    }
    case "picture": {
      const bitmap = await decodePicture(file);
      const picture = pictureRequest(request);
      return { kind, picture, frames: [await pictureMaker.make(bitmap, picture, "whole")], times: [0] };
    }
  }
}

/** Samples as they are in a wav of one channel and 16 bits: nothing is resampled here. Throws an Error for another file. */
export function soundOf(bytes: ArrayBuffer): { readonly rate: number; readonly samples: Float32Array } {
  const view = new DataView(bytes);
  const tag = (at: number): string => String.fromCharCode(...new Uint8Array(bytes, at, 4));
  let rate = 0;
  if (bytes.byteLength >= 12 && tag(0) === "RIFF" && tag(8) === "WAVE") {
    for (
      let at = 12;
      at + 8 <= bytes.byteLength;
      at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) % 2)
    ) {
      const size = Math.min(view.getUint32(at + 4, true), bytes.byteLength - at - 8);
      if (
        tag(at) === "fmt " &&
        size >= 16 &&
        view.getUint16(at + 10, true) === 1 &&
        view.getUint16(at + 22, true) === 16
      )
        rate = view.getUint32(at + 12, true);
      if (tag(at) === "data" && rate > 0) {
        const samples = Float32Array.from(
          { length: Math.floor(size / 2) },
          (_, index) => view.getInt16(at + 8 + index * 2, true) / 32768,
        );
        return { rate, samples };
      }
    }
  }
  throw new Error("The recording is not a 16-bit mono wav.");
}

// One picture of any size as the bytes that a capability asks for. Runs in the page worker, or in a page without one.
import { crop, pictureBytes, type PictureRequest } from "./pixels";
import { pixelsOf } from "./rgba";

/** `whole`: a file, resized whole as the command line does. `crop`: a camera, the largest part in the middle with the asked sides. */
export type Fit = "whole" | "crop";

export interface PictureQuestion {
  readonly id: number;
  readonly bitmap: ImageBitmap;
  readonly request: PictureRequest;
  readonly fit: Fit;
  readonly isMirrored: boolean;
}

export interface PictureAnswer {
  readonly id: number;
  readonly bytes?: ArrayBuffer;
  readonly problem?: string;
}

/** A camera's picture is first drawn at no more than this many times the asked size: the exact resizing is done on that. */
const OVERSAMPLING = 4;
const LARGEST_SIDE = 512;

export function bytesOfBitmap(
  bitmap: ImageBitmap,
  request: PictureRequest,
  fit: Fit,
  isMirrored: boolean,
  canvas: HTMLCanvasElement | OffscreenCanvas,
): ArrayBuffer {
  const part =
    fit === "whole"
      ? { x: 0, y: 0, width: bitmap.width, height: bitmap.height }
      : crop(bitmap.width, bitmap.height, request.width / request.height);
  const longest = Math.max(request.width, request.height);
  const scale = Math.max(1, Math.min(OVERSAMPLING, LARGEST_SIDE / longest, part.width / request.width));
  canvas.width = fit === "whole" ? bitmap.width : Math.max(1, Math.round(request.width * scale));
  canvas.height = fit === "whole" ? bitmap.height : Math.max(1, Math.round(request.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D | null;
  if (context === null) throw new Error("This browser cannot draw pictures.");
  context.imageSmoothingQuality = "high";
  if (isMirrored) {
    context.translate(canvas.width, 0);
    context.scale(-1, 1);
  }
  context.drawImage(bitmap, part.x, part.y, part.width, part.height, 0, 0, canvas.width, canvas.height);
  return pictureBytes(pixelsOf(canvas), request);
}

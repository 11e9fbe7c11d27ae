// Pixels out of what a browser can draw, and back into a canvas.
import { rgbaOf, type PictureRequest } from "./pixels";
import type { Pixels } from "./resize";

/** The pixels of a canvas. */
export function pixelsOf(canvas: HTMLCanvasElement | OffscreenCanvas): Pixels {
  const { width, height } = canvas;
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D | null;
  if (context === null) throw new Error("This browser cannot draw pictures.");
  return { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data };
}

/** Draws the picture as the rune sees it, over a whole canvas. */
export function drawLarge(canvas: HTMLCanvasElement, bytes: ArrayBuffer, request: PictureRequest): void {
  const small = document.createElement("canvas");
  drawInputPicture(small, bytes, request);
  canvas.getContext("2d")?.drawImage(small, 0, 0, canvas.width, canvas.height);
}

/** Draws the picture as the rune sees it, one canvas pixel for each of its pixels. */
export function drawInputPicture(canvas: HTMLCanvasElement, bytes: ArrayBuffer, request: PictureRequest): void {
  const { width, height } = request;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const image = context.createImageData(width, height);
  image.data.set(rgbaOf(bytes, request).data);
  context.putImageData(image, 0, 0);
}

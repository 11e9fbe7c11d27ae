// Pixels out of what a browser can draw, and back into a canvas.
import type { PictureRequest } from "./pixels";
import type { Pixels } from "./resize";

/** The pixels of a canvas. */
export function pixelsOf(canvas: HTMLCanvasElement | OffscreenCanvas): Pixels {
  const { width, height } = canvas;
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D | null;
  if (context === null) throw new Error("This browser cannot draw pictures.");
  return { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data };
}

/** What the rune sees, one canvas pixel for each of its pixels. */
export function drawSeen(canvas: HTMLCanvasElement, bytes: ArrayBuffer, request: PictureRequest): void {
  const { width, height, format, isFloat } = request;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const values = isFloat ? new Float32Array(bytes) : new Uint8Array(bytes);
  const image = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const at = (channel: number) => values[pixel * 3 + channel] ?? 0;
    const gray = values[pixel] ?? 0;
    const colour = format === "gray" ? [gray, gray, gray] : format === "rgb" ? [at(0), at(1), at(2)] : [at(2), at(1), at(0)];
    image.data.set([...colour, 255], pixel * 4);
  }
  context.putImageData(image, 0, 0);
}

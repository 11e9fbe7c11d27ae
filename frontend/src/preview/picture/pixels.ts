// Pictures as an IMAGE or FLOAT_IMAGE capability asks for them: its size, its channels, its kind of number.
import { capabilityOf, type CapabilityRequest } from "../../runtime";
import { resize, type Pixels } from "./resize";

export type PixelFormat = "rgb" | "bgr" | "gray";

export interface PictureRequest {
  readonly width: number;
  readonly height: number;
  readonly format: PixelFormat;
  readonly isFloat: boolean;
}

const FORMATS: readonly PixelFormat[] = ["rgb", "bgr", "gray"];

/** The picture that the capability's parameters ask for; a missing side follows from the number of bytes. */
export function pictureRequest(request: CapabilityRequest): PictureRequest {
  const isFloat = capabilityOf(request).element === "f32";
  const format = FORMATS[request.parameters.pixel_format ?? 0] ?? "rgb";
  const pixels = request.size / channelsOf(format) / (isFloat ? 4 : 1);
  const side = Math.max(1, Math.floor(Math.sqrt(pixels)));
  const width = positive(request.parameters.width) ?? side;
  return {
    width,
    height: positive(request.parameters.height) ?? Math.max(1, Math.floor(pixels / width)),
    format,
    isFloat,
  };
}

function positive(value: number | undefined): number | null {
  return value !== undefined && value >= 1 && value <= 8192 ? Math.floor(value) : null;
}

function channelsOf(format: PixelFormat): number {
  return format === "gray" ? 1 : 3;
}

/** RGBA scanlines of any size, as the capability's bytes. Alpha is dropped. */
export function pictureBytes(rgba: Pixels, request: PictureRequest): ArrayBuffer {
  const isExact = rgba.width === request.width && rgba.height === request.height;
  const sizedPicture = isExact ? rgba : resize(rgba, request.width, request.height);
  const bytes = convert(sizedPicture, request.format);
  return request.isFloat ? Float32Array.from(bytes).buffer : bytes.buffer;
}

/** A capability's bytes as RGBA scanlines: what the rune sees. */
export function rgbaOf(bytes: ArrayBuffer, { width, height, format, isFloat }: PictureRequest): Pixels {
  const values = isFloat ? new Float32Array(bytes) : new Uint8Array(bytes);
  const data = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const at = (channel: number) => values[format === "gray" ? pixel : pixel * 3 + channel] ?? 0;
    data[pixel * 4] = at(format === "bgr" ? 2 : 0);
    data[pixel * 4 + 1] = at(1);
    data[pixel * 4 + 2] = at(format === "bgr" ? 0 : 2);
    data[pixel * 4 + 3] = 255;
  }
  return { width, height, channels: 4, data };
}

/** Gray is trunc(0.2126 R + 0.7152 G + 0.0722 B) in float32, from left to right. */
export function convert({ width, height, data }: Pixels, format: PixelFormat): Uint8Array<ArrayBuffer> {
  const f32 = Math.fround;
  const channels = channelsOf(format);
  const result = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [red, green, blue] = [data[pixel * 4] ?? 0, data[pixel * 4 + 1] ?? 0, data[pixel * 4 + 2] ?? 0];
    if (format === "gray") {
      const warm = f32(f32(f32(0.2126) * red) + f32(f32(0.7152) * green));
      result[pixel] = Math.trunc(f32(warm + f32(f32(0.0722) * blue)));
    } else {
      result.set(format === "rgb" ? [red, green, blue] : [blue, green, red], pixel * 3);
    }
  }
  return result;
}

/** The largest part in the middle of a picture that has the sides' ratio. */
export function crop(
  width: number,
  height: number,
  ratio: number,
): { x: number; y: number; width: number; height: number } {
  const cropWidth = Math.min(width, height * ratio);
  const cropHeight = Math.min(height, width / ratio);
  return { x: (width - cropWidth) / 2, y: (height - cropHeight) / 2, width: cropWidth, height: cropHeight };
}

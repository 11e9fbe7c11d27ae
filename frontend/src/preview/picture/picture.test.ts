// Pictures become what a rune reads, by the same numbers as on the server.
import { expect, test } from "vitest";
import conformance from "../../../../tests/conformance/pictures.json";
import type { CapabilityRequest } from "../../runtime";
import { refusalOf } from "./decode";
import { convert, crop, pictureBytes, pictureRequest } from "./pixels";
import { resize } from "./resize";

const gray = (width: number, height: number, ...values: number[]) => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from(values),
});

const request = (rest: Partial<CapabilityRequest>): CapabilityRequest => ({
  id: 1,
  kind: "IMAGE",
  parameters: {},
  size: 0,
  type: null,
  stage: null,
  ...rest,
});

test("the size that is asked for is passed through", () => {
  const values = [0, 9, 200, 255, 1, 77];
  expect([...resize(gray(3, 2, ...values), 3, 2).data]).toEqual(values);
});

test("a step overshoots as on the server", () => {
  expect([...resize(gray(1, 2, 100, 200), 1, 4).data]).toEqual([91, 121, 179, 209]);
  expect([...resize(gray(2, 1, 100, 200), 4, 1).data]).toEqual([91, 121, 179, 209]);
});

test("an even surface stays even", () => {
  const data = Array<number>(50 * 30).fill(37);
  expect(new Set(resize(gray(50, 30, ...data), 28, 28).data)).toEqual(new Set([37]));
});

test("gray is the truncated luma, as on the server", () => {
  const data = Uint8Array.of(255, 255, 255, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255);
  expect([...convert({ width: 4, height: 1, channels: 4, data }, "gray")]).toEqual([255, 54, 182, 18]);
});

test("channels are swapped for bgr, and floats hold the same numbers", () => {
  const pixels = { width: 1, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 4) };
  const bgr = pictureRequest(request({ parameters: { width: 1, height: 1, pixel_format: 1 } }));
  expect([...new Uint8Array(pictureBytes(pixels, bgr))]).toEqual([3, 2, 1]);
  const float = pictureRequest(request({ kind: "FLOAT_IMAGE", parameters: { width: 1, height: 1 } }));
  expect([...new Float32Array(pictureBytes(pixels, float))]).toEqual([1, 2, 3]);
});

test("a side that is not said is worked out of the bytes", () => {
  expect(pictureRequest(request({ size: 784, parameters: { pixel_format: 2 } }))).toMatchObject({
    width: 28,
    height: 28,
  });
});

test("a picture is cropped to the ratio of the asked sides", () => {
  expect(crop(640, 480, 1)).toEqual({ x: 80, y: 0, width: 480, height: 480 });
  expect(crop(480, 640, 2)).toEqual({ x: 0, y: 200, width: 480, height: 240 });
});

test.each(conformance.pictures)(
  "a picture from $from to $to is resized to the server's very bytes",
  ({ from, to, pixels }) => {
    const [width = 0, height = 0] = from;
    const data = new Uint8Array(width * height * 3);
    for (let at = 0; at < data.length; at += 1) {
      const [x, y, channel] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
      data[at] = (37 * x + 101 * y + 59 * channel + x * y) % 256;
    }
    const resizedPicture = resize({ width, height, channels: 3, data }, to[0] ?? 0, to[1] ?? 0);
    expect(btoa(String.fromCharCode(...resizedPicture.data))).toBe(pixels);
  },
);

// protects: recordings/turned-pictures
test("a phone's picture that the browser does not decode is named", async () => {
  const heic = new Blob([Uint8Array.of(0, 0, 0, 24), "ftypheic", new Uint8Array(20)]);
  expect(await refusalOf(heic)).toMatch(
    /^Your browser does not read HEIC pictures\. Export the picture as JPEG or PNG\./,
  );
  expect(await refusalOf(new Blob(["hello"]))).toMatch(/^This file is not a picture/);
});

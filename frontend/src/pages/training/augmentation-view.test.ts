import { describe, expect, it } from "vitest";
import { axisPaths, bytesOf, colourPicture, spectrogramPicture } from "./augmentation-view";

describe("the window of a sound", () => {
  it("has time to the right and low tones at the bottom", () => {
    const levels = Uint8Array.from([255, 0, 0, 0, 0, 0]); // the lowest band of the first of three frames
    const { width, height, data } = spectrogramPicture(levels, [3, 2]);
    expect([width, height]).toEqual([3, 2]);
    const reds = Array.from({ length: 6 }, (_, pixel) => data[pixel * 4] ?? 0);
    expect(reds.indexOf(Math.max(...reds))).toBe(3); // the left pixel of the row at the bottom
    expect(new Set(reds).size).toBe(2);
  });
});

describe("the window of a picture", () => {
  it("keeps its colours", () => {
    const { width, height, data } = colourPicture(Uint8Array.from([1, 2, 3, 4, 5, 6]), [1, 2, 3]);
    expect([width, height]).toEqual([2, 1]);
    expect([...data]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
  });

  it("is grey where it has one channel", () => {
    expect([...colourPicture(Uint8Array.from([7, 9]), [2, 1, 1]).data]).toEqual([7, 7, 7, 255, 9, 9, 9, 255]);
  });
});

describe("the window of a motion", () => {
  it("has a line for each axis, with the greatest number at the top", () => {
    const levels = Uint8Array.from([0, 255, 255, 0]); // two rows of two axes
    expect(axisPaths(levels, [2, 2], 100, 50)).toEqual(["M0.0 50.0L100.0 0.0", "M0.0 0.0L100.0 50.0"]);
  });

  it("is drawn where it has one row", () => {
    expect(axisPaths(Uint8Array.from([0]), [1, 1], 100, 50)).toEqual(["M0.0 50.0"]);
  });
});

it("reads base64", () => {
  expect([...bytesOf("AP9/")]).toEqual([0, 255, 127]);
});

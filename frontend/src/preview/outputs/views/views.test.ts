// Says which ways there are to look at an output, and what boxes, points and spreads are made of.
import { expect, test } from "vitest";
import type { OutputTensor } from "../../../runtime";
import { boxesOf, histogramOf, pointsOf, sidesOf, tensorViews } from "./views";

const floats = (dimensions: readonly number[], elements: readonly number[]): OutputTensor => ({
  type: "f32",
  dimensions,
  elements,
});
const SIDES = { width: 100, height: 50 };

test("a tensor is offered in the ways that fit its shape", () => {
  expect(tensorViews(floats([1, 49, 40, 1], Array<number>(1960).fill(0)))).toEqual([
    "image",
    "map",
    "histogram",
    "text",
    "json",
  ]);
  expect(tensorViews(floats([1, 1960], []))).toEqual(["line", "histogram", "text", "json"]);
  expect(tensorViews(floats([1, 10, 4], []), true)[0]).toBe("boxes");
  expect(tensorViews(floats([1, 1, 17, 3], []), true)[0]).toBe("points");
  expect(tensorViews(floats([1, 10, 4], []), false)).not.toContain("boxes");
  expect(tensorViews({ type: "utf8", dimensions: [1], elements: ["up"] })).toEqual(["text", "json"]);
});

test("a heat map is of what has two sides, both of some size", () => {
  expect(tensorViews(floats([1, 4, 5], Array<number>(20).fill(0)))).toContain("map");
  expect(tensorViews(floats([1, 2, 50], Array<number>(100).fill(0)))).not.toContain("map");
  expect(tensorViews(floats([1, 1001], Array<number>(1001).fill(0)))).not.toContain("map");
});

test("sides are those of the picture in a tensor", () => {
  const zeros = (...dimensions: number[]) =>
    floats(dimensions, Array<number>(dimensions.reduce((product, size) => product * size, 1)).fill(0));
  expect(sidesOf(zeros(1, 28, 20, 3))).toEqual({ height: 28, width: 20, channels: 3 });
  expect(sidesOf(zeros(28, 20))).toEqual({ height: 28, width: 20, channels: 1 });
  expect(sidesOf(zeros(1, 8))).toBeNull();
  expect(sidesOf(zeros(1, 40000, 40000, 0))).toBeNull();
});

test("boxes take their scores and classes from the outputs beside them", () => {
  const tensor = floats([1, 2, 4], [0.1, 0.2, 0.5, 0.6, 0, 0, 1, 1]);
  const beside = [floats([1, 2], [0.9, 0.25]), floats([1, 2], [7, 3])];
  const [box, other] = boxesOf(tensor, beside, "yxyx", SIDES);
  expect(other).toMatchObject({ score: 0.25, label: 3 });
  expect(box).toMatchObject({ left: 0.2, top: 0.1, score: 0.9, label: 7 });
  expect([box?.width, box?.height].map((side) => side?.toFixed(2))).toEqual(["0.40", "0.40"]);
});

test("boxes in pixels and in other orders lie where they belong", () => {
  expect(boxesOf(floats([1, 4], [10, 5, 30, 25]), [], "xyxy", SIDES)).toMatchObject([
    { left: 0.1, top: 0.1, width: 0.2, height: 0.4, score: null },
  ]);
  const [middle] = boxesOf(floats([1, 4], [0.5, 0.5, 0.2, 0.4]), [], "xywh", SIDES);
  expect([middle?.left, middle?.top].map((side) => side?.toFixed(2))).toEqual(["0.40", "0.30"]);
});

test("key points are y, x and how sure they are", () => {
  const points = pointsOf(
    floats([1, 1, 4, 3], [0.1, 0.2, 0.9, 0.3, 0.4, 0.1, 0.5, 0.6, 0.8, 0.7, 0.8, 0.5]),
    SIDES,
    0.4,
  );
  expect(points).toEqual([
    { y: 0.1, x: 0.2, score: 0.9 },
    { y: 0.5, x: 0.6, score: 0.8 },
    { y: 0.7, x: 0.8, score: 0.5 },
  ]);
});

test("a histogram counts every finite value once and says how many are none", () => {
  expect(histogramOf([0, 1, 1, 4, NaN, Infinity], 4)).toEqual({
    low: 0,
    high: 4,
    mean: 1.5,
    counts: [1, 2, 0, 1],
    odd: 2,
  });
  expect(histogramOf([3, 3], 4).counts).toEqual([2, 0, 0, 0]);
});

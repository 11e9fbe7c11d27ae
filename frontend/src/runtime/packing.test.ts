// What a run gave reaches the page as it was, through the very clone that a message port makes.
import { expect, test } from "vitest";
import { packResult, unpackResult } from "./packing";
import type { RunResult } from "./types";

const RESULT: RunResult = {
  outputs: [
    {
      channel: 2,
      stage: "scores",
      tensors: [
        { type: "f32", dimensions: [1, 4], elements: [0.1, -0, Number.NaN, Number.POSITIVE_INFINITY] },
        { type: "utf8", dimensions: [2], elements: ["up", "down"] },
        { type: "u64", dimensions: [1], elements: [2 ** 53] },
      ],
    },
    { channel: 3, stage: null, tensors: [{ type: "i8", dimensions: [0], elements: [] }] },
  ],
  watched: [{ stage: "fft", index: 0, tensors: [{ type: "i16", dimensions: [2], elements: [1, -2] }] }],
  milliseconds: 1.5,
  modelMilliseconds: 0,
  logs: [{ level: "WARN", message: "late" }],
};

test("numbers and texts survive the way from the worker to the page", () => {
  const { packed, buffers } = packResult(RESULT);
  expect(unpackResult(structuredClone(packed, { transfer: buffers }))).toEqual(RESULT);
});

test("numbers change hands as bytes", () => {
  const elements = Array.from({ length: 257 * 257 * 21 }, (_, index) => index / 7);
  const large: RunResult = {
    ...RESULT,
    watched: [],
    outputs: [{ channel: 2, stage: null, tensors: [{ type: "f32", dimensions: [elements.length], elements }] }],
  };
  const { packed, buffers } = packResult(large);
  expect(buffers.map(({ byteLength }) => byteLength)).toEqual([8 * elements.length]);
  const arrived = structuredClone(packed, { transfer: buffers });
  expect(buffers[0]?.byteLength).toBe(0);
  expect(unpackResult(arrived).outputs[0]?.tensors[0]?.elements).toEqual(elements);
});

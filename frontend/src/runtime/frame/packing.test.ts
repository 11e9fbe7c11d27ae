// The results of a run reach the page as they were, through the very clone that a message port makes.
import { expect, test } from "vitest";
import { buffersOf, unpackResult } from "./packing";
import type { PackedResult } from "../types";

const both = new ArrayBuffer(24);
const RESULT: PackedResult = {
  outputs: [
    {
      channel: 2,
      stage: "scores",
      tensors: [
        { type: "f32", dimensions: [1, 3], elements: new Float32Array<ArrayBuffer>(both, 8, 3) },
        { type: "utf8", dimensions: [2], elements: ["up", "down"] },
        { type: "u64", dimensions: [1], elements: Float64Array.of(2 ** 53) },
        { type: "i8", dimensions: [2], elements: new Int8Array(both, 0, 2) },
      ],
    },
    { channel: 3, stage: null, tensors: [{ type: "i8", dimensions: [0], elements: new Int8Array() }] },
  ],
  watchedMessages: [
    { stage: "fft", index: 0, tensors: [{ type: "i16", dimensions: [2], elements: Int16Array.of(1, -2) }] },
  ],
  milliseconds: 1.5,
  modelMilliseconds: 0,
  logs: [{ level: "WARN", message: "late" }],
};

test("numbers and texts survive the way from the worker to the page; numbers change hands as bytes", () => {
  new Float32Array(both, 8, 3).set([-0, Number.NaN, Number.POSITIVE_INFINITY]);
  new Int8Array(both).set([-1, 127]);
  const buffers = buffersOf(RESULT);
  expect(buffers.map(({ byteLength }) => byteLength)).toEqual([24, 8, 0, 4]);
  const result = unpackResult(structuredClone(RESULT, { transfer: buffers }));
  expect(both.byteLength).toBe(0);
  expect(result).toEqual({
    ...RESULT,
    outputs: [
      {
        channel: 2,
        stage: "scores",
        tensors: [
          {
            type: "f32",
            dimensions: [1, 3],
            elements: [-0, Number.NaN, Number.POSITIVE_INFINITY],
            bytes: Uint8Array.of(0, 0, 0, 0x80, 0, 0, 0xc0, 0x7f, 0, 0, 0x80, 0x7f),
          },
          { type: "utf8", dimensions: [2], elements: ["up", "down"] },
          { type: "u64", dimensions: [1], elements: [2 ** 53] },
          { type: "i8", dimensions: [2], elements: [-1, 127] },
        ],
      },
      { channel: 3, stage: null, tensors: [{ type: "i8", dimensions: [0], elements: [] }] },
    ],
    watchedMessages: [{ stage: "fft", index: 0, tensors: [{ type: "i16", dimensions: [2], elements: [1, -2] }] }],
  });
});

// Two runes on one input: the input as the second reads it, and what is said of their answers.
import { expect, test } from "vitest";
import type { CapabilityRequest } from "../../runtime";
import type { Card } from "../readings/readings";
import { refitted } from "./refit";
import { verdict } from "./verdict";

const PARAMETERS = { width: 2, height: 1, pixel_format: 2 };
const picture = (kind: "IMAGE" | "FLOAT_IMAGE", changes: Record<string, number> = {}): CapabilityRequest =>
  ({ kind, size: kind === "IMAGE" ? 2 : 8, parameters: { ...PARAMETERS, ...changes } }) as unknown as CapabilityRequest;
const sound = (size: number): CapabilityRequest =>
  ({ kind: "SOUND", size, parameters: {} }) as unknown as CapabilityRequest;

test("a picture's pixels are unchanged as floats, and back", () => {
  const bytes = Uint8Array.of(51, 255).buffer;
  const floats = refitted(bytes, picture("IMAGE"), picture("FLOAT_IMAGE"));
  expect([...new Float32Array(floats ?? new ArrayBuffer())]).toEqual([51, 255]);
  expect(refitted(floats ?? new ArrayBuffer(), picture("FLOAT_IMAGE"), picture("IMAGE"))).toEqual(bytes);
});

test("what both read alike is handed on as it is", () => {
  const bytes = new ArrayBuffer(4);
  expect(refitted(bytes, sound(4), sound(4))).toBe(bytes);
});

test("what the other cannot read is not made up", () => {
  expect(refitted(new ArrayBuffer(4), sound(4), sound(8))).toBeNull();
  expect(refitted(new ArrayBuffer(4), sound(4), picture("IMAGE"))).toBeNull();
  expect(refitted(new ArrayBuffer(2), picture("IMAGE"), picture("FLOAT_IMAGE", { width: 1, height: 2 }))).toBeNull();
  expect(refitted(new ArrayBuffer(3), picture("IMAGE"), picture("FLOAT_IMAGE"))).toBeNull();
});

const scores = (...values: number[]): Card[] => {
  const namedScores = values.map((value, index) => ({ index, name: `class ${index}`, value, share: value }));
  return [
    {
      kind: "scores",
      key: "0",
      tensor: { type: "f32", dimensions: [values.length], elements: values },
      scores: namedScores.toSorted((one, other) => other.value - one.value),
    } as unknown as Card,
  ];
};

test("one sentence says whether two answers are the same", () => {
  expect(verdict(scores(0.2, 0.8), scores(0.2, 0.8))).toBe("Identical result on this input.");
  expect(verdict(scores(0.2, 0.8), scores(0.4, 0.6))).toBe("Both answer class 1 on this input, with other numbers.");
  expect(verdict(scores(0.2, 0.8), scores(0.6, 0.4))).toBe(
    "They answer differently on this input: class 1 and class 0.",
  );
  expect(verdict([], scores(0.6, 0.4))).toBe("They send other numbers on this input.");
});

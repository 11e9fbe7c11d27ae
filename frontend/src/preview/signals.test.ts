// Generated inputs: of the size that is asked for, and what their names say.
import { expect, test } from "vitest";
import type { PictureRequest } from "./picture/pixels";
import { motionSignal, pictureSignal, soundSignal } from "./signals";

const GRAY: PictureRequest = { width: 16, height: 8, format: "gray", isFloat: false };
const half = () => 0.5;

test("sounds stay well within what a microphone gives", () => {
  for (const signal of ["tone", "sweep", "noise", "silence"] as const) {
    const samples = soundSignal(signal, 8000, 16000, 400);
    expect(samples).toHaveLength(8000);
    expect(samples.every((sample) => Math.abs(sample) <= 0.2001)).toBe(true);
  }
  expect(soundSignal("silence", 4, 16000, 400)).toEqual(new Float32Array(4));
});

test("a sweep begins at its pitch and ends higher", () => {
  const crossings = (samples: Float32Array) =>
    samples.filter((sample, index) => sample < 0 !== (samples[index - 1] ?? 0) < 0).length;
  const sweep = soundSignal("sweep", 16000, 16000, 200);
  expect(crossings(sweep.subarray(0, 2000))).toBeLessThan(crossings(sweep.subarray(14000)) / 2);
});

test("patterns fill the picture that the rune asks for", () => {
  expect(new Uint8Array(pictureSignal("white", GRAY)).every((value) => value >= 254)).toBe(true);
  expect(new Uint8Array(pictureSignal("black", GRAY)).every((value) => value === 0)).toBe(true);
  const checkers = new Uint8Array(pictureSignal("checkers", GRAY));
  expect([checkers[0], checkers[1], checkers[16]].map((value) => (value ?? 0) > 128)).toEqual([true, false, false]);
  expect(pictureSignal("noise", { ...GRAY, format: "rgb", isFloat: true }, half).byteLength).toBe(16 * 8 * 3 * 4);
});

test("motion has the pull of the earth in it", () => {
  expect([...new Float32Array(motionSignal("still", 2, 1))].map((value) => value.toFixed(2))).toEqual([
    "0.00",
    "0.00",
    "9.81",
    "0.00",
    "0.00",
    "9.81",
  ]);
  const circle = new Float32Array(motionSignal("circle", 60, 1));
  expect(Math.hypot(circle[30] ?? 0, circle[31] ?? 0)).toBeCloseTo(8, 3);
});

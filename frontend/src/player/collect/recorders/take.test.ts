import { describe, expect, test } from "vitest";
import { levelOf, motionTake, peaksOf, soundTake } from "./take";

const wave = (loudness: number): Float32Array =>
  Float32Array.from({ length: 1600 }, (_, index) => loudness * Math.sin(index / 3));

describe("a sound", () => {
  test("is a WAV of its samples, and says whether its level is of use", () => {
    const take = soundTake(wave(0.5), 16000);
    expect(take.bytes.byteLength).toBe(44 + 3200);
    expect(take.verdict).toEqual({ text: "Good level", isGood: true });
    expect(soundTake(wave(0.01), 16000).verdict.text).toBe("Too quiet");
    expect(soundTake(wave(3), 16000).verdict.text).toBe("Too loud");
    expect(soundTake(new Float32Array(100), 16000).verdict.isGood).toBe(false);
  });

  test("is drawn by its peaks", () => {
    expect(peaksOf(Float32Array.of(0, 0.5, -1, 0.25), 2)).toEqual([50, 100]);
    expect(peaksOf(Float32Array.of(0.1), 5)).toEqual([10]);
  });

  test("has a level in decibels below full scale", () => {
    expect(levelOf(Float32Array.of(1, -1))).toBeCloseTo(0);
    expect(levelOf(Float32Array.of(0.1, -0.1))).toBeCloseTo(-20);
    expect(levelOf(new Float32Array(4))).toBe(-60);
    expect(levelOf(new Float32Array())).toBe(-60);
  });
});

describe("motion", () => {
  test("is a CSV of three numbers a row", () => {
    const take = motionTake([
      [0, 1, 2],
      [3, 4, -5],
    ]);
    expect(new TextDecoder().decode(take.bytes)).toBe("0,1,2\n3,4,-5\n");
    expect(take.verdict.isGood).toBe(true);
    expect(motionTake([[1, 1, 1]]).verdict.text).toBe("No motion");
  });
});

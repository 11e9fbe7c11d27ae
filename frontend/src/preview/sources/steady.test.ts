import { expect, test } from "vitest";
import { motionSignal, MOTION_RATE, soundSignal } from "../signals";
import { ChunkClock } from "./steady";

test("chunks come at the sensor's rate whatever the timer does, and a long rest is not made up for", () => {
  const clock = new ChunkClock(100, 0);
  expect([0, 50, 100, 101, 330, 399, 400].map((now) => clock.due(now))).toEqual([1, 0, 1, 0, 2, 0, 1]);
  expect(clock.due(60_000)).toBe(4);
  expect(clock.due(60_050)).toBe(0);
});

test("chunks of a tone, a sweep and a motion go on where the one before ended", () => {
  for (const signal of ["tone", "sweep"] as const) {
    const whole = soundSignal(signal, 4000, 16000, 300, Math.random, { start: 0, length: 32000 });
    const parts = [0, 1000, 2000, 3000].flatMap((start) => [
      ...soundSignal(signal, 1000, 16000, 300, Math.random, { start, length: 32000 }),
    ]);
    expect(parts).toEqual([...whole]);
  }
  const whole = [...new Float32Array(motionSignal("circle", 100, 1.25))];
  const parts = [0, 25, 50, 75].flatMap((start) => [
    ...new Float32Array(motionSignal("circle", 25, 1.25, Math.random, start)),
  ]);
  expect(parts).toEqual(whole);
  expect(MOTION_RATE).toBe(60);
});

test("a sweep of a stream begins again at its end", () => {
  const stream = { start: 16000, length: 16000 };
  expect([...soundSignal("sweep", 500, 16000, 300, Math.random, stream)]).toEqual([
    ...soundSignal("sweep", 500, 16000, 300, Math.random, { ...stream, start: 0 }),
  ]);
});

import { expect, test } from "vitest";
import { Heard, newFrames, SHOWN_SECONDS } from "./heard";
import { NO_WINDOWS, windowsAfter, type AnsweredWindow } from "./windows";

const RATE = 100;
const ramp = (from: number, length: number): Int16Array<ArrayBuffer> =>
  Int16Array.from({ length }, (_, index) => from + index);
const window = (end: number, text: string | null, share = 0.9): AnsweredWindow => ({
  end,
  text,
  share,
  isQuiet: text === "background",
});

test("chunks of a stream stand one behind the other, the newest at the end", () => {
  const heard = new Heard(RATE);
  const [first, second] = [ramp(0, 50).buffer, ramp(50, 50).buffer];
  heard.push(first, true, true);
  heard.push(second, true, true);
  expect([heard.endOf(first), heard.endOf(second), heard.endOf(new ArrayBuffer(2))]).toEqual([50, 100, null]);
  const samples = heard.samples();
  expect(samples).toHaveLength(SHOWN_SECONDS * RATE);
  expect([samples.at(-1), samples.at(-100), samples.at(-101)]).toEqual([99 / 32768, 0, 0]);
});

test("of windows that overlap, only what is new is added", () => {
  const heard = new Heard(RATE);
  heard.push(ramp(0, 100).buffer, true, false);
  heard.push(ramp(25, 100).buffer, true, false);
  heard.push(ramp(60, 100).buffer, true, false);
  expect(heard.count).toBe(160);
  expect(heard.samples().slice(-3)).toEqual(Float32Array.from([157, 158, 159], (value) => value / 32768));
});

test("how far a window moved is seen in what both have; of silence it is the usual quarter", () => {
  expect(newFrames(ramp(0, 100), ramp(7, 100))).toBe(7);
  expect(newFrames(new Int16Array(100), new Int16Array(100))).toBe(25);
  expect(newFrames(ramp(0, 100), ramp(500, 100))).toBe(100);
});

test("an input that stands alone takes the place of the one before", () => {
  const heard = new Heard(RATE);
  heard.push(ramp(0, 100).buffer, false, false);
  heard.push(ramp(500, 100).buffer, false, false);
  expect([heard.count, heard.shown]).toEqual([100, 100]);
});

test("only the last seconds are kept", () => {
  const heard = new Heard(RATE);
  for (let index = 0; index < 10; index += 1) heard.push(ramp(index * 100, 100).buffer, true, true);
  expect(heard.samples()[0]).toBe(400 / 32768);
});

test("an answer that is over keeps the window in which it was surest", () => {
  const answers = [window(100, "knock", 0.7), window(120, "knock", 0.96), window(140, "knock", 0.8), window(160, null)];
  const { current, earlier } = answers.reduce((before, each) => windowsAfter(before, each, 0), NO_WINDOWS);
  expect(current?.end).toBe(160);
  expect(earlier).toEqual([window(120, "knock", 0.96)]);
});

test("nothing and background leave no window behind, and what is out of sight goes", () => {
  const answers = [window(100, "background"), window(120, "knock"), window(140, null), window(900, "bell")];
  const { earlier } = answers.reduce((before, each) => windowsAfter(before, each, each.end - 600), NO_WINDOWS);
  expect(earlier).toEqual([]);
});

test("an input that begins anew has no answers from before", () => {
  const before = windowsAfter(windowsAfter(NO_WINDOWS, window(500, "knock"), 0), window(520, null), 0);
  expect(windowsAfter(before, window(100, "bell"), 0)).toMatchObject({ current: { text: "bell" }, earlier: [] });
});

const rows = (from: number, length: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: 3 * length }, (_, index) => from * 3 + index);

test("motion is rows of three axes, of which only the new ones are added", () => {
  const heard = new Heard(null);
  const [first, second] = [rows(0, 100).buffer, rows(6, 100).buffer];
  heard.push(first, true, false);
  heard.push(second, true, false);
  expect([heard.count, heard.endOf(first), heard.endOf(second)]).toEqual([106, 100, 106]);
  expect(heard.shown).toBe(SHOWN_SECONDS * 50);
  expect(heard.rows().slice(-2)).toEqual([
    [312, 313, 314],
    [315, 316, 317],
  ]);
  expect(heard.rows()[0]).toEqual([0, 0, 0]);
});

test("the window of an answer can be recorded as long as all of it is there", () => {
  const heard = new Heard(RATE);
  for (let index = 0; index < 8; index += 1) heard.push(ramp(index * 100, 100).buffer, true, true);
  const window = heard.window(700, 100);
  expect(window?.kind === "sound" && [window.rate, window.samples.length, window.samples[0]]).toEqual([
    RATE,
    100,
    600 / 32768,
  ]);
  expect([heard.window(250, 100), heard.window(900, 100), heard.window(50, 100)]).toEqual([null, null, null]);
  const motion = new Heard(null);
  motion.push(rows(0, 10).buffer, true, true);
  expect(motion.window(10, 2)).toEqual({
    kind: "motion",
    rows: [
      [24, 25, 26],
      [27, 28, 29],
    ],
    times: [0, 20],
  });
});

test("a copy stays as it was", () => {
  const heard = new Heard(RATE);
  heard.push(ramp(0, 100).buffer, true, true);
  const copy = heard.copy();
  heard.push(ramp(100, 700).buffer, true, true);
  expect([copy.count, copy.samples().at(-1)]).toEqual([100, 99 / 32768]);
  expect(copy.window(100, 50)).not.toBeNull();
});

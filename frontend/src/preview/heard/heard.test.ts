import { expect, test } from "vitest";
import { Heard, newSamples, SHOWN_SECONDS } from "./heard";
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
  expect(newSamples(ramp(0, 100), ramp(7, 100))).toBe(7);
  expect(newSamples(new Int16Array(100), new Int16Array(100))).toBe(25);
  expect(newSamples(ramp(0, 100), ramp(500, 100))).toBe(100);
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

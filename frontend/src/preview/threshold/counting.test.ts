import { expect, test } from "vitest";
import { calls, countsAt, likelyPositives, type ScoredRecording } from "./counting";
import { rateAnHour, shareOf } from "./intervals";
import { lineValue } from "./line-value";
import { movedBy, OF_SHARES, scaleAround, scaleFor, snapped } from "./scale";
import { figuresOf } from "./wording";

const one = (label: string, ...scores: number[]): ScoredRecording => ({
  label,
  seconds: 60,
  windows: scores.map((score) => [score]),
});
const WAKE = { names: [], positives: new Set(["okay hammer"]) };

test("a score that trembles about the threshold is one call, until it falls below the lower one", () => {
  const windows = [0.1, 0.8, 0.6, 0.9, NaN, 0.7, 0.2, 0.8].map((score) => [score]);
  expect(calls(windows, 0, { on: 0.7, off: 0.3 })).toBe(2);
  expect(calls(windows, 0, { on: 0.7, off: 0.7 })).toBe(3);
  expect(calls(windows, 0, { on: 0.95, off: 0.3 })).toBe(0);
  expect(calls(windows, 1, { on: 0.1, off: 0.1 })).toBe(0);
});

test("a recording is missed where nothing is called, and further calls of the same are no false alarms", () => {
  const recordings = [
    one("Okay  Hammer", 0.1, 0.9, 0.1, 0.9),
    one("okay hammer", 0.5),
    one("radio", 0.1, 0.8),
    one("radio", 0.2),
  ];
  const at = (on: number) => countsAt(recordings, WAKE, { on, off: 0.3 });
  expect(at(0.7)).toEqual({ events: 2, missedEvents: 1, alarms: 1, others: 2, alarmedOthers: 1, seconds: 240 });
  expect(at(0.4)).toMatchObject({ missedEvents: 0, alarms: 1 });
  expect(at(0.95)).toMatchObject({ missedEvents: 2, alarms: 0 });
});

test("of several scores each calls its own name, those that say nothing is there call nothing", () => {
  const calledLabels = { names: ["up", "down", "silence"], positives: new Set<string>() };
  const recordings: ScoredRecording[] = [
    { label: "up", seconds: 1, windows: [[0.9, 0.8, 0]] },
    { label: "silence", seconds: 1, windows: [[0.1, 0.1, 0.99]] },
    { label: "sideways", seconds: 1, windows: [[0.1, 0.9, 0]] },
  ];
  expect(countsAt(recordings, calledLabels, { on: 0.7, off: 0.7 })).toEqual({
    events: 1,
    missedEvents: 0,
    alarms: 2,
    others: 2,
    alarmedOthers: 1,
    seconds: 3,
  });
});

test("one score is called for the second of two words, else for every label that names something", () => {
  const labels = ["normal", "anomaly", "noise"];
  expect([...likelyPositives(labels, [["normal", "anomaly"]])]).toEqual(["anomaly"]);
  expect([...likelyPositives(labels, [["a", "b", "c"]])]).toEqual(["normal", "anomaly"]);
  expect([...likelyPositives(["bird"], [["quiet", "whistle"]])]).toEqual(["bird"]);
});

test("intervals are those of an evaluation on the server", () => {
  expect(rateAnHour(0, 1).high).toBeCloseTo(3.689, 3);
  const { value, low, high } = rateAnHour(3, 2);
  expect([value, low, high].map((each) => each.toFixed(3))).toEqual(["1.500", "0.309", "4.384"]);
  const share = shareOf(9, 10);
  expect([share.low.toFixed(3), share.high.toFixed(3)]).toEqual(["0.596", "0.982"]);
  expect(shareOf(0, 5).low).toBe(0);
  expect(shareOf(5, 5).high).toBe(1);
});

test("what is said has counts, intervals, and whether the samples are few", () => {
  const counts = { events: 14, missedEvents: 2, alarms: 1, others: 3, alarmedOthers: 1, seconds: 192 };
  const { misses, alarms, few } = figuresOf(counts);
  expect(misses).toBe("2 of 14 recordings: 14 % (95 % interval 4 to 40 %)");
  expect(alarms).toBe("1 in 3.2 minutes: 18.8 an hour (95 % interval 0.5 to 104)");
  expect(few).toBe("Too few samples for a precise figure.");
  expect(figuresOf({ ...counts, events: 0, missedEvents: 0 }).misses).toBe(
    "No recording in which something should be called.",
  );
  expect(figuresOf({ ...counts, seconds: 0 }).alarms).toBe(
    "In 1 of 3 other recordings: 33 % (95 % interval 6 to 79 %)",
  );
  expect(figuresOf({ ...counts, others: 0, alarmedOthers: 0, seconds: 0 }).alarms).toBe(
    "1. No recording in which nothing should be called.",
  );
  expect(
    figuresOf({ events: 400, missedEvents: 8, alarms: 2, others: 90, alarmedOthers: 2, seconds: 36_000 }).few,
  ).toBeNull();
});

test("a threshold moves by keys in steps of its scale, and never beyond it", () => {
  expect(movedBy("ArrowUp", 0.62, OF_SHARES)).toBe(0.63);
  expect(movedBy("PageDown", 0.05, OF_SHARES)).toBe(0);
  expect([movedBy("Home", 0.5, OF_SHARES), movedBy("End", 0.5, OF_SHARES)]).toEqual([0, 1]);
  expect(movedBy("Tab", 0.5, OF_SHARES)).toBeNull();
  const scale = scaleAround([0.0021, 0.0026, NaN]);
  expect(scale.minimum).toBeLessThan(0.0021);
  expect(scale.maximum).toBeGreaterThan(0.0026);
  expect(snapped(0.00240000001, scale)).toBe(0.0024);
  expect([scaleAround([]), scaleAround([0, 0.97])]).toEqual([OF_SHARES, OF_SHARES]);
  expect(scaleAround([3, 3]).maximum).toBeGreaterThan(3);
  expect(snapped(0.24765572, scaleAround([0.24765572]))).toBe(0.248);
});

test("a scale has room for all numbers, however many and however close they are", () => {
  const many = Array.from({ length: 200_000 }, (_, index) => index);
  expect(scaleAround(many).maximum).toBeGreaterThan(199_999);
  const { minimum, maximum, step } = scaleAround([1e9, 1e9 + 1]);
  expect([minimum < 1e9, maximum > 1e9 + 1, step > 0]).toEqual([true, true, true]);
  expect(snapped(1e9 + 0.5, scaleAround([1e9, 1e9 + 1]))).toBeCloseTo(1e9 + 0.5, 1);
});

test("a scale stays where numbers have room on it, and changes for one beyond it or for a few close ones", () => {
  const quiet = scaleFor([0.01, 0.03, NaN], null);
  expect(scaleFor([0.012, 0.028, Infinity], quiet)).toBe(quiet);
  const alarm = scaleFor([0.01, 0.03, 0.37], quiet);
  expect(alarm.maximum).toBeGreaterThan(0.37);
  expect(scaleFor([0.01, 0.2], alarm)).toBe(alarm);
  expect(scaleFor([0.01, 0.03], alarm)).toEqual(quiet);
  const hopeless = scaleFor([-1.7e308, 1.7e308], null);
  expect(scaleFor([-1.7e308, 1.7e308], hopeless)).toBe(hopeless);
});

test("a suggestion follows the scores, and stays while a person is about to take it", () => {
  const initialPlace = { movedValue: null, writtenValue: null, pinnedValue: null };
  expect([0.4, 0.7].map((score) => lineValue(initialPlace, score))).toEqual([0.4, 0.7]);
  expect([0.4, 0.7].map((score) => lineValue({ ...initialPlace, pinnedValue: 0.4 }, score))).toEqual([0.4, 0.4]);
  expect(lineValue({ movedValue: null, writtenValue: 0.6, pinnedValue: 0.4 }, 0.7)).toBe(0.6);
  expect(lineValue({ movedValue: 0, writtenValue: 0.6, pinnedValue: 0.4 }, 0.7)).toBe(0);
});

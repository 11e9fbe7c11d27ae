import { expect, test } from "vitest";
import { alarmText, headlineOf, labelCounts } from "./label-counts";

const recording = (label: string, ...scores: readonly number[]) => ({
  label,
  seconds: 60,
  windows: scores.map((score) => [1 - score, score]),
});
const RECORDINGS = [
  recording("knock", 0.2, 0.9, 0.9),
  recording("knock", 0.6),
  recording("background", 0.1, 0.7, 0.1),
  recording("background", 0.1),
  recording("doorbell", 0.99),
];

test("hits are counted on recordings of the label, alarms on background alone", () => {
  const counts = labelCounts(RECORDINGS, 1, "knock", "background", 0.65);
  expect(counts).toMatchObject({ events: 2, heard: 1, alarms: 1, seconds: 120 });
  expect(counts.rate?.value).toBeCloseTo(30);
  expect(alarmText(counts)).toBe("1 in 2 min of background, so 1 to 167");
});

test("a lower threshold hears more", () => {
  expect(labelCounts(RECORDINGS, 1, "knock", "background", 0.5).heard).toBe(2);
});

test("without background nothing is claimed", () => {
  const counts = labelCounts(RECORDINGS.slice(0, 2), 1, "knock", "background", 0.5);
  expect(counts.rate).toBeNull();
  expect(alarmText(counts)).toContain("No validation recordings of background");
});

test("less than a minute of background has a count and no rate", () => {
  const short = RECORDINGS.map((each) => ({ ...each, seconds: 4 }));
  const counts = labelCounts(short, 1, "knock", "background", 0.65);
  expect(headlineOf(counts)).toBe("Too little background");
  expect(alarmText(counts)).toBe("1 in 8 s of background");
  expect(headlineOf(labelCounts(RECORDINGS, 1, "knock", "background", 0.65))).toBe("About 30 an hour");
});

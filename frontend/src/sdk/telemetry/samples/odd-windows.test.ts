import { describe, expect, test } from "vitest";
import {
  binsOf,
  isOdd,
  youngWindows,
  LONGEST_AGE,
  matches,
  MOST_BYTES,
  MOST_WINDOWS,
  SPACING,
  windowsFor,
  withWindow,
  type OddWindow,
  type WindowBins,
  type WindowCondition,
} from "./odd-windows";

const ANY: WindowCondition = { label: null, confidence: null, feature: null };
const KNOCK: WindowBins = { label: 2, confidence: 1, features: [0, 4] };
const window = (at: number, size = 10, bins = KNOCK): OddWindow => ({ at, data: new Uint8Array(size), bins });
const times = (windows: readonly OddWindow[]) => windows.map(({ at }) => at);

describe("the bins of an answer", () => {
  test("are those that it was counted in", () => {
    const counts = { labels: [0, 0, 1], confidence: [0, 1], features: [[1], [0, 0, 0, 0, 1]] };
    expect(binsOf(counts)).toEqual(KNOCK);
    expect(binsOf({ labels: [], confidence: [], features: [[0, 1]] })).toEqual({
      label: null,
      confidence: null,
      features: [1],
    });
  });

  test.each([
    [{ labels: [0, 0], confidence: [0], features: [] }],
    [{ labels: [1, 1], confidence: [2], features: [] }],
    [{ labels: [2, 0], confidence: [2], features: [] }],
    [{ labels: [1, 0], confidence: [0], features: [] }],
    [{ labels: [], confidence: [], features: [] }],
  ])("are none of no answer and of several: %j", (counts) => {
    expect(binsOf(counts)).toBeNull();
  });
});

test.each<[Partial<WindowCondition>, boolean]>([
  [{}, true],
  [{ label: 2 }, true],
  [{ label: 1 }, false],
  [{ confidence: 1 }, true],
  [{ confidence: 0 }, false],
  [{ label: 2, confidence: 0 }, false],
  [{ feature: { feature: 1, low: 4, high: 5 } }, true],
  [{ feature: { feature: 1, low: 0, high: 3 } }, false],
  [{ feature: { feature: 2, low: 0, high: 15 } }, false],
])("the request %j is about the window: %s", (condition, isAbout) => {
  expect(matches({ ...ANY, ...condition }, KNOCK)).toBe(isAbout);
  expect(isOdd({ requests: [{ ...ANY, ...condition }], oddConfidence: null }, KNOCK)).toBe(isAbout);
});

test("an answer less sure than nearly all on the test samples is odd without a request", () => {
  expect(isOdd({ requests: [], oddConfidence: 1 }, KNOCK)).toBe(true);
  expect(isOdd({ requests: [], oddConfidence: 0 }, KNOCK)).toBe(false);
  expect(isOdd({ requests: [], oddConfidence: 5 }, { ...KNOCK, confidence: null })).toBe(false);
});

describe("windows that are kept", () => {
  const many = (count: number, size?: number) =>
    Array.from({ length: count }, (_, index) => window(index * SPACING, size)).reduce<readonly OddWindow[]>(
      withWindow,
      [],
    );

  test("are the last ones, and no more than the limits", () => {
    expect(times(many(MOST_WINDOWS + 3))).toEqual(times(many(MOST_WINDOWS + 3).slice(-MOST_WINDOWS)));
    expect(many(MOST_WINDOWS + 3)[0]?.at).toBe(3 * SPACING);
    expect(many(4, MOST_BYTES / 2)).toHaveLength(2);
    expect(withWindow([], window(0, MOST_BYTES + 1))).toEqual([]);
  });

  test("are apart, so that they are not all of one noise", () => {
    const one = withWindow([], window(1000));
    expect(withWindow(one, window(999 + SPACING))).toBe(one);
    expect(withWindow(one, window(1000 + SPACING))).toHaveLength(2);
  });

  test("are gone after ten minutes, and when the clock was set back", () => {
    const two = [window(0), window(SPACING)];
    expect(youngWindows(two, LONGEST_AGE - 1)).toBe(two);
    expect(times(youngWindows(two, LONGEST_AGE))).toEqual([SPACING]);
    expect(youngWindows(two, -1)).toEqual([]);
  });

  test("are offered for the request that is about them, the newest", () => {
    const other = window(2 * SPACING, 10, { ...KNOCK, label: 0 });
    const windows = [window(0), window(SPACING), other];
    expect(times(windowsFor(windows, { ...ANY, label: 2 }, 10))).toEqual([0, SPACING]);
    expect(times(windowsFor(windows, { ...ANY, label: 2 }, 1))).toEqual([SPACING]);
  });
});

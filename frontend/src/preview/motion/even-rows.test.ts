// Rows at the rate at which runes are given them.
import { expect, test } from "vitest";
import { EvenRows, evenRows } from "./even-rows";

test("a recording has rows at an even rate, whatever the sensor's own", () => {
  const rows = [0, 30, 35, 100, 130].map((at) => ({ at: 500 + at, row: [at, 2 * at, -at] as const }));
  const even = evenRows(rows, 500, 100, 50);
  expect(even).toHaveLength(5);
  even.forEach((row, index) => {
    expect(row[0]).toBeCloseTo(index * 20);
    expect(row[1]).toBeCloseTo(index * 40);
    expect(row[2]).toBeCloseTo(index * -20);
  });
});

test("a recording repeats the first and the last row where none came", () => {
  const even = evenRows([{ at: 40, row: [7, 8, 9] }], 0, 100, 50);
  expect(even).toEqual(Array.from({ length: 5 }, () => [7, 8, 9]));
});

test.each([7, 16.7, 20, 45])("rows every %d ms are the rows of a recording while they come", (step) => {
  const came = Array.from({ length: 40 }, (_, index) => {
    const at = 1000 + index * step;
    return { at, row: [Math.sin(at), at, -index] as const };
  });
  const live = new EvenRows();
  const even = came.flatMap((each) => live.push(each)).map(({ row }) => row);
  expect(even.length).toBe(1 + Math.floor((39 * step + 1e-6) / 20));
  expect(even).toEqual(evenRows(came, 1000, even.length * 20, 50));
});

test("what a sensor did not say for a while is not made up", () => {
  const live = new EvenRows();
  live.push({ at: 0, row: [1, 1, 1] });
  expect(live.push({ at: 90_000, row: [2, 2, 2] })).toEqual([{ at: 90_000, row: [2, 2, 2] }]);
  expect(live.push({ at: 90_020, row: [3, 3, 3] })).toEqual([{ at: 90_020, row: [3, 3, 3] }]);
});

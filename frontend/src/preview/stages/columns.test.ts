import { expect, test } from "vitest";
import { columnsOf } from "./columns";

const score = (index: number, value: number, share: number | null = null) => ({
  index,
  name: String(index),
  value,
  share,
});

test("columns stand in the model's order, and the highest stands out", () => {
  expect(columnsOf([score(2, 250, 0.98), score(0, 4, 0.02), score(1, 0, 0)])).toEqual({
    shares: [0.02, 0, 0.98],
    top: 2,
    label: "3 scores, the highest is number 2",
  });
});

test("scores that are no probabilities stand from their lowest, or from zero, to their highest", () => {
  expect(columnsOf([score(1, 3), score(0, -1)])?.shares).toEqual([0, 1]);
  expect(columnsOf([score(1, 4), score(0, 1)])?.shares).toEqual([0.25, 1]);
  expect(columnsOf([score(0, 0), score(1, 0)])?.shares).toEqual([0, 0]);
});

test("many scores are no columns", () => {
  expect(columnsOf(Array.from({ length: 17 }, (_, index) => score(index, 17 - index)))).toBeNull();
  expect(columnsOf([])).toBeNull();
});

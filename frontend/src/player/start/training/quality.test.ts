import { expect, test } from "vitest";
import type { OpenRun } from "../server";
import { mistakesOf, secondsLeft } from "./quality";

const judgement = {
  mistakes: [{ sample: 3, label: "knock", answer: "background", sureness: 0.61, group: null }],
};
const run = (more: object): OpenRun =>
  ({ judgements: {}, curves: [], best_epoch: 0, arguments: { epochs: 100 }, ...more }) as unknown as OpenRun;

test("mistakes are those on validation recordings, and never those on others", () => {
  expect(mistakesOf(run({ judgements: { validation: judgement } }))).toHaveLength(1);
  expect(mistakesOf(run({ judgements: { test: judgement } }))).toHaveLength(0);
});

test("the time that is left follows from the epochs so far", () => {
  expect(secondsLeft(run({ curves: Array(10).fill({}) }), 0, 1000)).toBe(9);
  expect(secondsLeft(run({ curves: [{}] }), 0, 1000)).toBeNull();
});

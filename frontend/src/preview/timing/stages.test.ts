// The times of stages: they add up, the clock's grain is counted, and a rune that does not keep up is called so.
import { expect, test } from "vitest";
import { StageClock, clockStep } from "../../runtime/stage-times";
import { budgetOf, budgetText, stageText, stagesOf, trustText } from "./stages";

const look = (runs: number, ...milliseconds: number[]) => ({
  runs,
  waitingRuns: 0,
  step: 0.1,
  stages: milliseconds.map((each, index) => ({ stage: `s${index}`, milliseconds: each })),
});

test("stages add up to the run, and each has its share", () => {
  const stages = stagesOf([look(100, 30, 10, 0)]);
  expect(stages?.milliseconds).toBeCloseTo(0.4);
  expect(stages?.rows.map(({ share }) => share.toFixed(2))).toEqual(["0.75", "0.25", "0.00"]);
  expect(stages?.rows.map((row) => stages && stageText(row, stages))).toEqual(["0.30 ms", "0.10 ms", "under 0.005 ms"]);
  expect(stages && trustText(stages)).toContain("100 runs");
  expect(stagesOf([])).toBeNull();
});

test("a look that was disturbed does not count", () => {
  const looks = [look(10, 1), look(10, 1), look(10, 1), look(10, 500)];
  expect(stagesOf(looks)?.milliseconds).toBeCloseTo(0.1);
});

test("a budget is the time between two inputs, and one that is overdrawn says what to do", () => {
  const pace = { requestRate: 4, ran: 4, drops: 0 };
  expect(budgetOf({ ...pace, requestRate: null }, 1)).toBeNull();
  expect(budgetOf(pace, 25)).toEqual({ room: 250, share: 0.1 });
  expect(budgetText({ room: 250, share: 0.1 }, 25)).toBe(
    "Inference takes 25 ms of the 250 ms between two inputs: 10 %.",
  );
  expect(budgetText({ room: 250, share: 2 }, 500)).toContain(
    "Too slow: inference takes 500 ms, and inputs come every 250 ms. Inputs are dropped",
  );
});

test("marks are told apart by their address, their own cost is taken off, and other lines are left alone", () => {
  let now = 0;
  const clock = new StageClock(() => now);
  const mark = (name: string) => () => `{"level":"TRACE","target":"rune.stage","message":${JSON.stringify(name)}}`;
  for (let run = 0; run < 10; run += 1) {
    clock.beginRun();
    const hears = [
      clock.hear(1, mark("")),
      (now += 1) > 0 && clock.hear(1, mark("")),
      clock.hear(9, () => '{"level":"INFO","message":"hello"}'),
      (now += 5) > 0 && clock.hear(2, mark("fft")),
    ];
    expect(hears).toEqual([true, true, false, true]);
    clock.endRun(true);
  }
  expect(clock.read(0.1)).toEqual({
    stages: [{ stage: "fft", milliseconds: 40 }],
    runs: 10,
    waitingRuns: 0,
    step: 0.1,
  });
  expect(clock.hear(3, () => '{"level":"TRACE","target":"rune.stage","message":7}')).toBe(false);
});

test("a clock's step is what two readings differ by", () => {
  let looks = 0;
  expect(clockStep(() => Math.floor(looks++ / 10) * 0.25)).toBe(0.25);
  expect(clockStep(() => 1)).toBe(0);
});

test("runs in which the window is not full are counted apart, and not averaged in", () => {
  let now = 0;
  const clock = new StageClock(() => now);
  const mark = (address: number, stage: string, took: number) => {
    now += took;
    clock.hear(address, () => `{"level":"TRACE","target":"rune.stage","message":${JSON.stringify(stage)}}`);
  };
  for (let run = 0; run < 12; run += 1) {
    clock.beginRun();
    mark(1, "", 0);
    mark(1, "", 0);
    mark(2, "window", 0.01);
    mark(3, "model", run % 4 === 3 ? 0.19 : 0);
    clock.endRun(run % 4 === 3);
  }
  const times = clock.read(0.005);
  expect([times.runs, times.waitingRuns]).toEqual([3, 9]);
  const stages = stagesOf([
    times,
    { stages: [{ stage: "window", milliseconds: 9 }], runs: 0, waitingRuns: 9, step: 1 },
  ]);
  expect(stages?.milliseconds).toBeCloseTo(0.2);
  expect(stages && trustText(stages)).toContain("3 runs on the latest input, without 9 whose window was not full");
});

import { expect, it } from "vitest";
import type { BlockRun } from "../../blocks";
import { BlockRunner } from "./runner";

const BLOCK = { file: "smooth.py", text: "def smooth", inputs: [{ type: "f32", dimensions: [1] }], settings: {} };
const RUN: BlockRun = { outputs: [[1]], prints: [], omitted_prints: 0, values: [], milliseconds: 1, failure: null };

/** A Python that does not answer as often as is said, and a clock. */
function runnerWith(dead: number) {
  const requests: string[] = [];
  const clock = { now: 0, dead };
  const engine = {
    load: ({ text }: { readonly text: string }) => {
      requests.push(text);
      return Promise.resolve({ problems: [] });
    },
    run: () => {
      clock.dead -= 1;
      if (clock.dead >= 0) return Promise.reject(new Error("The block was stopped."));
      return Promise.resolve(RUN);
    },
  };
  return { runner: new BlockRunner(engine, () => clock.now), clock, requests };
}

it("takes up again what was stopped with the next input, after a pause", async () => {
  const { runner, clock, requests } = runnerWith(1);
  const state = () => runner.state.getState();
  runner.use(BLOCK);
  runner.offer([[1]]);
  await expect.poll(() => state().stopReason).toBe("The block was stopped.");
  expect(state().resumes).toBe(true);
  clock.now = 1999;
  runner.offer([[2]]);
  expect(state().stopReason).not.toBeNull();
  clock.now = 2000;
  runner.offer([[3]]);
  await expect.poll(() => [state().stopReason, state().inputRows]).toEqual([null, [[3]]]);
  expect(requests).toEqual(["def smooth", "def smooth"]);
});

it("leaves alone what is stopped each time, until it is asked to run again", async () => {
  const { runner, clock } = runnerWith(3);
  const state = () => runner.state.getState();
  runner.use(BLOCK);
  runner.offer([[0]]);
  for (const time of [1, 2]) {
    await expect.poll(() => [state().stopReason !== null, state().resumes]).toEqual([true, true]);
    clock.now = time * 2000;
    runner.offer([[time]]);
    expect(state().stopReason).toBeNull();
  }
  await expect.poll(() => [state().stopReason !== null, state().resumes]).toEqual([true, false]);
  clock.now = 60_000;
  runner.offer([[5]]);
  expect([state().stopReason !== null, clock.dead]).toEqual([true, 0]);
  runner.again();
  await expect.poll(() => [state().stopReason, state().inputRows]).toEqual([null, [[5]]]);
});

it("says nothing of a text that was replaced while Python was stopped on it", async () => {
  const { runner, requests } = runnerWith(1);
  runner.use(BLOCK);
  runner.offer([[1]]);
  await Promise.resolve();
  runner.use({ ...BLOCK, text: "def better" });
  await expect.poll(() => runner.state.getState().outputRows).toEqual([[1]]);
  expect([runner.state.getState().stopReason, requests.at(-1)]).toEqual([null, "def better"]);
});

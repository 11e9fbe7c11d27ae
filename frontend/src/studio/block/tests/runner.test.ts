import { expect, it } from "vitest";
import type { TestsRun, TestsText } from "../../../blocks";
import { blockOf, isTestFile, recordingsIn, TestRunner, testsOf } from "./runner";

const PASSED: TestsRun = { problems: [], results: [], prints: [] };

it("knows the test file of a block, and the block of a test file", () => {
  expect([testsOf("a/smooth.py"), blockOf("a/smooth_test.py")]).toEqual(["a/smooth_test.py", "a/smooth.py"]);
  expect(["smooth_test.py", "smooth.py", "_test.py", "a/_test.py"].map(isTestFile)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

it("finds the recordings that a text names, by their path or the end of it below samples", () => {
  const paths = ["clap.wav", "samples/a/clap.wav", "other/clap.wav", "samples/shake.csv", "samples/unused.wav"];
  const text = `A = recording("clap.wav")\nB = recording( 'samples/shake.csv' )`;
  expect(recordingsIn(text, paths)).toEqual(["clap.wav", "samples/a/clap.wav", "samples/shake.csv"]);
});

it("runs the newest tests only, reads a recording once, and says why nothing runs", async () => {
  const requests: TestsText[] = [];
  const read: string[] = [];
  const waiting: (() => void)[] = [];
  const engine = {
    test: async (tests: TestsText): Promise<TestsRun> => {
      requests.push(tests);
      await new Promise<void>((resolve) => waiting.push(resolve));
      if (tests.text === "endless") throw new Error("The block was stopped.");
      return PASSED;
    },
  };
  const runner = new TestRunner(engine, (path) => {
    read.push(path);
    return Promise.resolve(new Blob(["abc"]));
  });
  const source = { file: "a_test.py", block: "def a", recordings: [{ path: "clap.wav", digest: "1" }] };
  const finish = async (count: number): Promise<void> => {
    await expect.poll(() => waiting.length).toBe(count);
    waiting.at(-1)?.();
  };
  runner.use({ ...source, text: "one" });
  await expect.poll(() => waiting.length).toBe(1);
  for (const text of ["two", "three", "three"]) runner.use({ ...source, text });
  expect(runner.state.getState().isRunning).toBe(true);
  waiting[0]?.();
  await finish(2);
  await expect.poll(() => runner.state.getState()).toEqual({ run: PASSED, isRunning: false, stopReason: null });
  expect(requests.map(({ text }) => text)).toEqual(["one", "three"]);
  expect([requests[1]?.recordings, read]).toEqual([{ "clap.wav": "YWJj" }, ["clap.wav"]]);
  runner.use({ ...source, text: "endless" });
  await finish(3);
  await expect
    .poll(() => runner.state.getState())
    .toEqual({ run: null, isRunning: false, stopReason: "The block was stopped." });
});

it("reads a recording anew when its file is replaced, and runs the tests with it", async () => {
  const contents = ["abc", "xyz"];
  const recordings: unknown[] = [];
  const engine = {
    test: (tests: TestsText): Promise<TestsRun> => {
      recordings.push(tests.recordings);
      return Promise.resolve(PASSED);
    },
  };
  const runner = new TestRunner(engine, () => Promise.resolve(new Blob([contents.shift() ?? ""])));
  const source = { file: "a_test.py", text: "one", block: "def a" };
  for (const digest of ["1", "1", "2"]) {
    runner.use({ ...source, recordings: [{ path: "clap.wav", digest }] });
    await expect.poll(() => runner.state.getState().isRunning).toBe(false);
  }
  expect(recordings).toEqual([{ "clap.wav": "YWJj" }, { "clap.wav": "eHl6" }]);
});

// Two runes on one recording: driven by the worker's own core, in this process.
import { expect, test } from "vitest";
import { mirror } from "../../../runtime/assembler.test-support";
import { RuneInstance } from "../../../runtime/instance";
import { unpackResult } from "../../../runtime/frame/packing";
import type { PreviewEngine } from "../../running/session";
import { difference, differenceText, hear, spreadOf, timesText, type WindowAnswers } from "./comparing";
import type { Content } from "../capture/recording";

const ACCEL = 3;
const motion: Content = { kind: "motion", rows: [[1, 2, 3]], times: [0] };

function engine(): PreviewEngine {
  let instance: RuneInstance | null = null;
  return {
    async load(rune, limits) {
      instance = await RuneInstance.load(rune, limits);
      return instance.loadedRune;
    },
    run(inputs) {
      return instance === null
        ? Promise.reject(new Error("nothing is loaded"))
        : Promise.resolve(unpackResult(instance.run(inputs)));
    },
  };
}

test("a rune is heard on every window of a recording", async () => {
  const answers = await hear(engine(), mirror(ACCEL, 12, "f32[3]"), motion, new AbortController().signal);
  expect(answers.answers).toEqual(["2"]);
  expect(answers.outputs).toHaveLength(1);
  expect(answers.milliseconds).not.toBeNull();
});

test("a recording of another kind is refused in words", async () => {
  const sound: Content = { kind: "sound", rate: 16000, samples: new Float32Array(10) };
  await expect(hear(engine(), mirror(ACCEL, 12, "f32[3]"), sound, new AbortController().signal)).rejects.toThrow(
    "This recording is not of the kind that the rune reads (accel).",
  );
});

test("what differs is said in one sentence", () => {
  const answersOf = (answers: string[], outputs: string[]): WindowAnswers => ({
    answers,
    outputs,
    milliseconds: 1,
    spread: { low: 1, high: 1 },
    cards: [],
  });
  const one = answersOf(["up", "up", "down"], ["a", "b", "c"]);
  expect(differenceText(difference(one, one))).toBe("Identical result on all 3 windows.");
  expect(differenceText(difference(one, answersOf(["up", "up", "down"], ["a", "b", "x"])))).toBe(
    "The same label on all 3 windows; the numbers differ on 1.",
  );
  expect(differenceText(difference(one, answersOf(["up", "no", "down"], ["a", "x", "c"])))).toBe(
    "The same label on 2 of 3 windows.",
  );
});

test("times differ only where chance does not explain it", () => {
  const time = (milliseconds: number, low: number, high: number) => ({ milliseconds, spread: { low, high } });
  expect(timesText(time(2, 1.9, 2.1), time(3, 2.9, 3.1))).toBe("What runs now is faster.");
  expect(timesText(time(3, 2.9, 3.1), time(2, 1.9, 2.1))).toBe("What runs now is slower.");
  expect(timesText(time(2, 1.5, 3), time(3, 2.9, 3.1))).toBe("No measurable difference in time.");
  expect(timesText(time(2.7, 2.65, 2.75), time(3, 2.9, 3.1))).toBe("No measurable difference in time.");
  expect(timesText({ milliseconds: null, spread: { low: 0, high: 0 } }, time(3, 2.9, 3.1))).toBe("");
  expect(spreadOf([5, 1, 2, 4, 3])).toEqual({ low: 2, high: 4 });
});

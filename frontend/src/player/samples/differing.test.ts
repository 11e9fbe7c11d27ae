import { expect, test } from "vitest";
import type { RuneAnswer } from "../../preview";
import {
  byLabel,
  labelCount,
  differs,
  isRight,
  range,
  shareText,
  summary,
  verdict,
  type AnswerPair,
} from "./differing";
import { labelOfName } from "./own-files";

const answerOf = (answer: string | null): RuneAnswer => ({ answer, outputs: "" });
const pair = (label: string, now: string | null, before: string | null): AnswerPair => ({
  id: `${label}${now}${before}`,
  label,
  now: answerOf(now),
  before: answerOf(before),
});

test("samples that both answer alike are said to be so", () => {
  expect(summary([pair("up", "up", "up"), pair("down", "up", "up")])).toBe(
    "Both give the same answer on all 2 samples.",
  );
  expect(summary([pair("up", null, null)])).toBe("Both give the same answer on this sample.");
});

test("samples that changed are counted by what became of them", () => {
  const pairs = [
    pair("up", "up", "down"),
    pair("down", "up", "down"),
    pair("left", "up", "right"),
    pair("up", "up", "up"),
  ];
  expect(summary(pairs)).toBe(
    "3 of these 4 answer differently. 1 is right now and was wrong, 1 is wrong now and was right.",
  );
  expect(pairs.map(differs)).toEqual([true, true, true, false]);
});

test("one sample is not counted", () => {
  expect(summary([pair("up", "up", "down")])).toBe("The sample is answered differently. 1 is right now and was wrong.");
});

test("a recording that one cannot read is neither right nor wrong", () => {
  const answer: RuneAnswer = { problem: "This recording is not of the kind that the rune reads (sound)." };
  expect(isRight(answer, "up")).toBeNull();
  expect(differs({ id: "1", label: "up", now: answer, before: answerOf("up") })).toBe(true);
});

test("correct answers are counted by label", () => {
  const failedPair: AnswerPair = { id: "x", label: "up", now: { problem: "It was not run." }, before: answerOf("up") };
  expect(byLabel([pair("up", "up", "down"), pair("down", "up", "down"), failedPair])).toEqual([
    { label: "down", before: 1, now: 0, all: 1 },
    { label: "up", before: 1, now: 1, all: 2 },
  ]);
});

test("a share has the range that rune evaluate gives", () => {
  const [low, high] = range(8, 10);
  expect([low.toFixed(4), high.toFixed(4)]).toEqual(["0.4902", "0.9433"]);
  expect(shareText(8, 10)).toBe("8, 80 % (49 to 94 %)");
  expect(shareText(0, 3)).toBe("0, 0 % (0 to 56 %)");
  expect(shareText(3, 3)).toBe("3, 100 % (44 to 100 %)");
  expect(shareText(0, 0)).toBe("none");
  expect(labelCount("All", [pair("up", "up", "down"), pair("down", "up", "down")])).toEqual({
    label: "All",
    before: 1,
    now: 1,
    all: 2,
  });
});

test("one is called better only where it is by more than chance", () => {
  const better = pair("up", "up", "down");
  const worse = pair("up", "down", "up");
  expect(verdict(Array<AnswerPair>(6).fill(better), "A", "B")).toBe(
    "B is better than A on these samples, by more than chance (95 %).",
  );
  expect(verdict(Array<AnswerPair>(9).fill(worse), "A", "B")).toBe(
    "A is better than B on these samples, by more than chance (95 %).",
  );
  expect(verdict(Array<AnswerPair>(5).fill(better), "A", "B")).toContain("it may be chance");
  expect(verdict([...Array<AnswerPair>(8).fill(better), ...Array<AnswerPair>(3).fill(worse)], "A", "B")).toContain(
    "may be chance",
  );
  expect(
    verdict([...Array<AnswerPair>(1500).fill(better), ...Array<AnswerPair>(1490).fill(worse)], "A", "B"),
  ).toContain("chance");
  expect(verdict([pair("up", "up", "up")], "A", "B")).toBe("");
});

test("a file of one's own is named by its label", () => {
  expect(["up-1.wav", "hey forge_02.wav", "7.png", "left.wav", "-1.wav"].map(labelOfName)).toEqual([
    "up",
    "hey forge",
    "7",
    "left",
    "",
  ]);
});

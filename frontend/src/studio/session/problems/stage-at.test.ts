import { expect, test } from "vitest";
import { stageAt } from "./stage-at";

const OUTLINE = {
  nodes: [
    ["audio", 4],
    ["model", 7],
    ["serial", 9],
  ].map(([name, line]) => ({ name: String(name), kind: "block" as const, detail: "", line: Number(line), file: null })),
  wires: [],
};

test("a line belongs to the stage that begins on it or above it", () => {
  expect([1, 4, 6, 7, 20].map((line) => stageAt(OUTLINE, line)?.name ?? null)).toEqual([
    null,
    "audio",
    "audio",
    "model",
    "serial",
  ]);
});

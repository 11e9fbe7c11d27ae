import { expect, test } from "vitest";
import { DEFAULT_CALLING, NO_READINGS, read } from "../readings/readings";
import { alarmOf } from "./alarms";

const graph = {
  outputs: { answer: { inputs: ["word"] }, score: { inputs: ["steady"] } },
  "proc-blocks": {
    alarm: { path: "hysteresis", inputs: ["steady"], outputs: ["decision"], args: { on: "1.7", off: "1.3" } },
    label: { path: "hotg-ai/proc-blocks@v0.11.3#label", inputs: ["decision"], outputs: ["word"] },
  },
};
const outputs = [
  { channel: 0, stage: "answer", tensors: [{ type: "utf8", dimensions: [1], elements: ["unusual"] } as const] },
  { channel: 1, stage: "score", tensors: [{ type: "f32", dimensions: [1], elements: [2.4] } as const] },
];
const { cards } = read(NO_READINGS, outputs, { wordlists: [], isStream: true, calling: DEFAULT_CALLING, now: 0 });
const [word, score] = cards;

test("a word that a threshold decides has the score and the threshold", () => {
  expect(word && alarmOf(graph, word, cards)).toEqual({ score: 2.4, on: 1.7, off: 1.3 });
  expect(score && alarmOf(graph, score, cards)).toBeNull();
});

test("without the score among the outputs, or without a graph, it is a word like others", () => {
  expect(word && alarmOf(graph, word, [word])).toBeNull();
  expect(word && alarmOf(null, word, cards)).toBeNull();
});

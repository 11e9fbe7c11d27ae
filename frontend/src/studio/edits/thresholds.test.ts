import { expect, test } from "vitest";
import type { PortsAnswer, StageArgument, StagePorts } from "./graph-requests";
import type { Workspace } from "../session/workspace";
import { addEdit, numbersBehind, recordingsOf, writeEdit } from "./thresholds";

const stage = (name: string, kind: StagePorts["kind"], ...sources: readonly string[]): StagePorts => ({
  name,
  kind,
  target: name,
  item: null,
  inputs: sources.map((source) => ({ name: null, source: { stage: source, index: 0 }, type: null })),
  outputs: [],
  declared: false,
});
const argument = (name: string, value: number | null, threshold: boolean): StageArgument => ({
  name,
  kind: "float",
  help: "",
  required: false,
  default: 0.4,
  minimum: null,
  maximum: null,
  step: null,
  choices: [],
  threshold,
  value,
  resource: null,
  text: null,
});
const PORTS: PortsAnswer = {
  form: "yaml",
  stages: [
    stage("steady", "block", "model"),
    stage("awake", "block", "steady"),
    stage("other", "block", "model"),
    stage("score", "output", "steady"),
  ],
};

test("the numbers behind scores are the thresholds of the blocks that read them", async () => {
  const stages: string[] = [];
  const language = {
    ports: () => Promise.resolve(PORTS),
    arguments: (name: string) => {
      stages.push(name);
      return Promise.resolve([argument("on", 0.9, true), argument("off", null, false), argument("k", 1, false)]);
    },
  };
  expect(await numbersBehind(language, { stage: "score", index: 0 })).toEqual([
    { stage: "awake", name: "on", value: 0.9, off: 0.4 },
  ]);
  expect(stages).toEqual(["awake"]);
  expect(await numbersBehind(language, { stage: "gone", index: 0 })).toEqual([]);
});

test("a threshold below the number at which it is over takes that along, in one step", () => {
  const number = { stage: "awake", name: "on", value: 0.9, off: 0.3 };
  expect(writeEdit(number, 0.8)).toEqual({ edit: "set-argument", stage: "awake", name: "on", value: 0.8 });
  expect(writeEdit(number, 0.25)).toEqual({
    edit: "several",
    edits: [
      { edit: "set-argument", stage: "awake", name: "off", value: -0.35 },
      { edit: "set-argument", stage: "awake", name: "on", value: 0.25 },
    ],
  });
});

test("without one a switch is added behind the scores, under names that are free", () => {
  const edit = addEdit({ stage: "steady", index: 0 }, 0.5, new Set(["threshold"]));
  expect(edit).toMatchObject({
    edit: "several",
    edits: [
      { name: "threshold_2", arguments: { on: 0.5, off: 0.4 } },
      { name: "above", inputs: [{ stage: "threshold_2", index: 0 }] },
    ],
  });
});

test("thresholds are tuned on the recordings for tests, and not on tables", async () => {
  const sampleOf = (id: string, kind: string, split = "test") => ({ id, kind, split, label: "dry", playable: true });
  const samples = [sampleOf("a", "table"), sampleOf("b", "motion"), sampleOf("c", "motion", "train")];
  const client = { samples: () => Promise.resolve({ samples }) } as unknown as Workspace["client"];
  expect((await recordingsOf({ client })).map(({ id }) => id)).toEqual(["b"]);
});

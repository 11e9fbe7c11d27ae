// Labels for scores: which port they come from, and the one edit that names them.
import { expect, test } from "vitest";
import type { PortsAnswer, StagePorts } from "./graph-requests";
import { firstLabels, labelEdit, labelsPath, sourceOf } from "./label-stages";

const stage = (name: string, kind: StagePorts["kind"], ...sources: readonly string[]): StagePorts => ({
  name,
  kind,
  target: name,
  item: null,
  inputs: sources.map((source) => ({ name: null, source: { stage: source, index: 0 }, type: null })),
  outputs: [],
  declared: false,
});
const ports = (...stages: readonly StagePorts[]): PortsAnswer => ({ form: "yaml", stages });

test("scores come from what their output reads", () => {
  const all = ports(
    stage("model", "model"),
    stage("other", "block"),
    stage("out", "output", "other", "model"),
    stage("more", "output", "other"),
  );
  expect(sourceOf(all, { stage: "out", index: 1, count: 5 })).toEqual({ stage: "model", index: 0 });
  expect(sourceOf(all, { stage: "gone", index: 0, count: 5 })).toBeNull();
  expect(sourceOf(all, { stage: null, index: 0, count: 5 })).toBeNull();
  expect(sourceOf(ports(stage("out", "output", "model")), { stage: null, index: 0, count: 5 })).toEqual({
    stage: "model",
    index: 0,
  });
});

test("labels are named by blocks whose names nobody has, from a file whose name nobody has", () => {
  expect(labelsPath(new Set(["labels.txt", "labels-2.txt"]))).toBe("labels-3.txt");
  const edit = labelEdit({ stage: "model", index: 0 }, "labels.txt", new Set(["best", "model"]));
  expect(edit.edit === "several" ? edit.edits.map((each) => ("name" in each ? each.name : each.edit)) : null).toEqual([
    "best_2",
    "label",
    "wordlist",
    "answer",
  ]);
});

test("there is a line for each score", () => {
  expect(firstLabels(3)).toBe("class 0\nclass 1\nclass 2\n");
});

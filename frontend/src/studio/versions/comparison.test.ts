import type { StageChange, Version, WireChange } from "../../api/schema";
import { describe, expect, it } from "vitest";
import { place, describeStages } from "../../pipeline";
import { changesIn, pipelineOf, sideName, titleOf, undrawnWires } from "./comparison";

const version = (number: number, message = "", builds: readonly number[] = []): Version => ({
  number,
  digest: "",
  created: "",
  author: null,
  message,
  saved_by: null,
  original_authors: [],
  saved_at: null,
  automatic: false,
  files: 1,
  builds: builds.map((build) => ({ id: String(build), number: build, state: "succeeded", url: "" })),
  tags: [],
});
const stage = (name: string, change: StageChange["change"] = "same"): StageChange => ({
  name,
  kind: "block",
  detail: "",
  line: 1,
  file: null,
  change,
  old_detail: null,
});
const wire = (
  source: string,
  target: string,
  type: string | null,
  change: WireChange["change"] = "same",
): WireChange => ({ source, source_index: 0, target, target_index: 0, type, change });

describe("versions", () => {
  it("are called by what was said of them, else by their build", () => {
    expect([version(1), version(2, "", [7, 3]), version(3, "good", [8])].map(titleOf)).toEqual(["", "Build 7", "good"]);
    expect(titleOf({ ...version(4), automatic: true })).toBe("Saved automatically");
    expect([sideName(4), sideName("now")]).toEqual(["version 4", "now"]);
  });

  it("changed since the one before", () => {
    const all = [version(5), version(4), version(2)];
    expect(changesIn(version(4), all)).toEqual({ from: 2, to: 4 });
    expect(changesIn(version(2), all)).toBeNull();
  });
});

describe("the pipelines of both sides", () => {
  const pipelines = (stages: readonly StageChange[], wires: readonly WireChange[]) =>
    pipelineOf({ stages, wires, sentences: [], broken: { before: false, after: false } });

  it("are one picture, with what became of each stage and wire", () => {
    const both = pipelines(
      [
        stage("in"),
        stage("fft", "added"),
        { ...stage("out", "changed"), detail: "SERIAL", old_detail: "TENSOR" },
        stage("old", "removed"),
      ],
      [wire("in", "old", null, "removed"), wire("in", "fft", "i16[2, 3]", "added"), wire("fft", "out", "f32[1]")],
    );
    expect(both.nodes.map(({ name, mark, note, detail }) => [name, mark, note, detail])).toEqual([
      ["in", "same", "", ""],
      ["fft", "added", "added", ""],
      ["out", "changed", "changed", "TENSOR → SERIAL"],
      ["old", "removed", "removed", ""],
    ]);
    expect(
      place(both)
        .wires.map(({ wire: { source, target, mark } }) => `${source} ${target} ${mark}`)
        .toSorted(),
    ).toEqual(["fft out same", "in fft added", "in old removed"]);
    expect(describeStages(both)).toEqual([
      "in, proc-block , reads nothing",
      "fft, proc-block , added, reads in",
      "out, proc-block TENSOR → SERIAL, changed, reads fft",
      "old, proc-block , removed, read in",
    ]);
  });

  it("may go in a circle, in which the wire that was removed is not drawn", () => {
    const both = pipelines([stage("a"), stage("b")], [wire("b", "a", null, "removed"), wire("a", "b", null)]);
    expect(place(both).wires.map(({ wire: { source } }) => source)).toEqual(["a"]);
    expect(undrawnWires(both)).toEqual([
      "The wire from b to a was removed. It is not drawn, because it would close a circle with the current wires.",
    ]);
    expect(describeStages(both)).toEqual([
      "a, proc-block , reads nothing, no longer reads b",
      "b, proc-block , reads a",
    ]);
  });

  it("are drawn whole where they go in no circle", () => {
    const both = pipelines(
      [stage("a"), stage("b"), stage("c")],
      [wire("a", "b", null, "removed"), wire("a", "c", null)],
    );
    expect(undrawnWires(both)).toEqual([]);
    expect(describeStages(both)).toEqual([
      "a, proc-block , reads nothing",
      "b, proc-block , reads nothing, no longer reads a",
      "c, proc-block , reads a",
    ]);
  });

  it("name a wire of a stage that was removed, where that closes the circle", () => {
    const both = pipelines(
      [stage("a"), stage("b"), stage("x", "removed")],
      [wire("b", "x", null, "removed"), wire("x", "a", null, "removed"), wire("a", "b", null, "added")],
    );
    expect(undrawnWires(both)).toEqual([
      "The wire from x to a was removed. It is not drawn, because it would close a circle with the current wires.",
    ]);
  });
});

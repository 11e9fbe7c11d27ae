import { describe, expect, it } from "vitest";
import type { StageChange, Version, WireChange } from "../api/versions";
import { changesIn, columnsOf, sideName, titleOf } from "./sides";

const version = (number: number, message = "", builds: readonly number[] = []): Version => ({
  number,
  digest: "",
  created: "",
  author: null,
  message,
  saved_by: null,
  saved_at: null,
  files: 1,
  builds: builds.map((build) => ({ id: String(build), number: build, state: "succeeded", url: "" })),
  tags: [],
});
const stage = (name: string, change: StageChange["change"] = "same"): StageChange => ({ name, kind: "block", detail: "", line: 1, file: null, change, was: null });
const wire = (source: string, target: string, type: string | null, change: WireChange["change"] = "same"): WireChange => ({ source, source_index: 0, target, target_index: 0, type, change });

describe("versions", () => {
  it("are called by what was said of them, else by their build", () => {
    expect([version(1), version(2, "", [7, 3]), version(3, "good", [8])].map(titleOf)).toEqual(["", "Build 7", "good"]);
    expect([sideName(4), sideName("now")]).toEqual(["version 4", "now"]);
  });

  it("changed since the one before", () => {
    const all = [version(5), version(4), version(2)];
    expect(changesIn(version(4), all)).toEqual({ from: 2, to: 4 });
    expect(changesIn(version(2), all)).toBeNull();
  });
});

describe("the pipelines of both sides", () => {
  it("stand in columns, with what flows between them", () => {
    const columns = columnsOf({
      stages: [stage("in"), stage("fft", "added"), stage("out"), stage("old", "removed")],
      wires: [wire("in", "fft", "i16[2, 3]", "added"), wire("fft", "out", "f32[1]"), wire("in", "old", null, "removed"), wire("old", "out", "f32[1]", "removed")],
      said: [],
      broken: { before: false, after: false },
    });
    expect(columns.map((column) => column.stages.map(({ name }) => name))).toEqual([["in"], ["fft", "old"], ["out"]]);
    expect(columns[0]?.flows).toEqual([{ type: "i16[2,3]", change: "added" }]);
    expect(columns[1]?.flows).toEqual([{ type: "f32[1]", change: "same" }]);
  });

  it("may go in a circle, which each of them does not", () => {
    const columns = columnsOf({ stages: [stage("a"), stage("b")], wires: [wire("a", "b", null), wire("b", "a", null)], said: [], broken: { before: false, after: false } });
    expect(columns.flatMap((column) => column.stages)).toHaveLength(2);
  });
});

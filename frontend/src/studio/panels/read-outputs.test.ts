import type { OutlineWire } from "../../api/schema";
import { expect, test } from "vitest";
import { outputsOf } from "./read-outputs";

function wire(source: string, source_index: number, target: string): OutlineWire {
  return { source, source_index, target, target_index: 0, type: null };
}

test("an output that several stages read from is there once, in the order of the outputs", () => {
  const outputs = outputsOf([
    wire("split", 1, "a"),
    wire("split", 0, "b"),
    wire("split", 1, "c"),
    wire("mic", 0, "split"),
  ]);
  expect(outputs.get("split")?.map((each) => each.source_index)).toEqual([0, 1]);
  expect(outputs.get("mic")).toHaveLength(1);
  expect(outputs.get("a")).toBeUndefined();
});

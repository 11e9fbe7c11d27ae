// Where a new stage goes.
import { expect, test } from "vitest";
import type { OutlineNode, OutlineWire } from "../../api/schema";
import type { PaletteItem } from "../edits/graph-requests";
import { behindStage, fedBy, intoWire } from "./spot";

const wire = { source: "sound", source_index: 0, target: "model", target_index: 1 } as OutlineWire;
const node = (kind: OutlineNode["kind"]): OutlineNode => ({ name: "model", kind }) as OutlineNode;
const item = (kind: PaletteItem["kind"]): PaletteItem => ({ kind, target: "fft" }) as PaletteItem;

test("a stage goes behind the first output of another, and behind none of an output", () => {
  expect(behindStage(node("model"))).toEqual({ after: { stage: "model", index: 0 }, into: null });
  expect(behindStage(node("output"))).toEqual({ after: null, into: null });
  expect(behindStage(null)).toEqual({ after: null, into: null });
});

test("a stage in a wire reads from its beginning and feeds its end, unless it has no output or reads nothing", () => {
  const spot = intoWire(wire);
  expect(spot.after).toEqual({ stage: "sound", index: 0 });
  expect(fedBy(item("block"), spot)).toEqual({ stage: "model", index: 1 });
  expect(fedBy(item("output"), spot)).toBeNull();
  expect(fedBy(item("capability"), spot)).toBeNull();
  expect(fedBy(item("block"), behindStage(node("model")))).toBeNull();
});

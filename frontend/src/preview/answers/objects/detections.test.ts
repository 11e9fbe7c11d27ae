import { expect, test } from "vitest";
import { DEFAULT_CALLING, NO_READINGS, read } from "../../readings/readings";
import type { OutputTensor } from "../../../runtime";
import { detectionsOf, objectsOfBoxes } from "./detections";
import { countText } from "./objects";

const floats = (dimensions: readonly number[], elements: readonly number[]): OutputTensor => ({
  type: "f32",
  dimensions,
  elements,
});
const counts: OutputTensor = { type: "u32", dimensions: [2], elements: [1, 2] };
const positions = floats([3, 4], [1, 0.25, 0.5, 0.98, 1, 0.75, 0.5, 0.88, 0, 0.5, 0.25, 0.77]);
const graph = {
  outputs: { counts: { inputs: ["count"] }, positions: { inputs: ["places"] } },
  tensors: { grid: { element_type: "F32", dimensions: [1, 12, 24, 3] } },
  "proc-blocks": {
    objects: { path: "count_on_grid", inputs: ["grid"], outputs: ["count", "places"], args: { threshold: "0.6" } },
  },
};
const WORDS = [["nut", "coin"]];
const cardsOf = (...sent: readonly (readonly [stage: string, tensor: OutputTensor])[]) =>
  read(
    NO_READINGS,
    sent.map(([stage, tensor], channel) => ({ channel, stage, tensors: [tensor] })),
    { wordlists: WORDS, isStream: false, calling: DEFAULT_CALLING, now: 0 },
  ).cards;

test("counts and positions of a grid are one answer, in the card of the counts", () => {
  const cards = cardsOf(["counts", counts], ["positions", positions]);
  const { byCard, joinedKeys } = detectionsOf(graph, cards, WORDS, null);
  expect([...byCard.keys()]).toEqual(["0.0"]);
  expect([...joinedKeys]).toEqual(["1.0"]);
  const detection = byCard.get("0.0");
  expect(detection && countText(detection.count.kinds)).toBe("2 coins and 1 nut");
  expect(detection?.count.threshold).toBe(0.6);
  expect(detection?.count.marks.map(({ kind, share }) => [kind.name, share])).toEqual([
    ["coin", 0.98],
    ["coin", 0.88],
    ["nut", 0.77],
  ]);
  const [first] = detection?.count.marks ?? [];
  expect([first?.left, first?.width, first?.top, first?.height]).toEqual([0.1875, 0.125, 0.4, 0.2]);
  expect(detection?.positions).toBe(positions);
});

test("positions alone are counted, and counts alone have no marks", () => {
  const [place] = detectionsOf(graph, cardsOf(["positions", positions]), WORDS, null).byCard.values();
  expect(place && countText(place.count.kinds)).toBe("2 coins and 1 nut");
  const [alone] = detectionsOf(graph, cardsOf(["counts", counts]), WORDS, null).byCard.values();
  expect(alone?.count).toMatchObject({
    marks: [],
    kinds: [
      { name: "coin", count: 2 },
      { name: "nut", count: 1 },
    ],
  });
});

test("a picture without objects has none, and no answer from before", () => {
  const none = { ...counts, elements: [0, 0] };
  const [empty] = detectionsOf(
    graph,
    cardsOf(["counts", none], ["positions", floats([0, 4], [])]),
    WORDS,
    null,
  ).byCard.values();
  expect(empty && [countText(empty.count.kinds), empty.count.marks]).toEqual(["0 objects", []]);
});

test("the boxes of a detector lie where they belong, in shares and in pixels", () => {
  const detector = {
    outputs: { out: { inputs: ["boxes"] } },
    "proc-blocks": { last: { path: "nms", inputs: ["a", "b"], outputs: ["boxes"], args: { threshold: "0.4" } } },
  };
  const shares = floats([1, 6], [0.125, 0.25, 0.5, 0.75, 0.9, 1]);
  const pixels = floats([1, 6], [12.5, 50, 50, 150, 0.9, 1]);
  for (const tensor of [shares, pixels]) {
    const [answer] = detectionsOf(detector, cardsOf(["out", tensor]), WORDS, {
      width: 200,
      height: 100,
    }).byCard.values();
    expect(answer?.count.marks).toMatchObject([
      { left: 0.25, top: 0.125, width: 0.5, height: 0.375, kind: { name: "coin" }, share: 0.9 },
    ]);
    expect(answer?.count.threshold).toBe(0.4);
  }
});

test("objects of object_filter are a middle and sides; other outputs are no objects", () => {
  const detector = {
    outputs: { out: { inputs: ["rows"] } },
    "proc-blocks": { last: { path: "hotg-ai/proc-blocks@v0.11.3#object_filter", outputs: ["rows"] } },
  };
  const cards = cardsOf(["out", floats([1, 6], [0.5, 0.25, 0.25, 0.5, 0.9, 7])]);
  const [answer] = detectionsOf(detector, cards, WORDS, null).byCard.values();
  expect(answer?.count).toMatchObject({
    marks: [{ left: 0.25, top: 0.125, width: 0.5, height: 0.25, kind: { name: "class 7" } }],
    threshold: null,
  });
  expect(detectionsOf(null, cards, WORDS, null).byCard.size).toBe(0);
});

test("boxes below the threshold are shown near to it, a few of them, and not counted", () => {
  const box = (score: number | null, label: number | null = null) => ({
    ...{ left: 0, top: 0, width: 0.1, height: 0.1 },
    score,
    label,
  });
  const { kinds, marks, threshold } = objectsOfBoxes([box(0.9, 1), box(0.41, 1), box(0.1, 0)], 0.5, WORDS);
  expect(countText(kinds)).toBe("1 coin");
  expect(marks.map(({ share, isCounted }) => [share, isCounted])).toEqual([
    [0.9, true],
    [0.41, false],
  ]);
  expect(threshold).toBe(0.5);
  const many = objectsOfBoxes(
    Array.from({ length: 50 }, () => box(0.3)),
    0.5,
    [],
  );
  expect([countText(many.kinds), many.marks.length]).toEqual(["0 objects", 5]);
  const unscored = objectsOfBoxes([box(null)], 0.5, []);
  expect([countText(unscored.kinds), unscored.threshold]).toEqual(["1 object", null]);
});

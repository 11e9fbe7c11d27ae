import type { Outline } from "../../../api/schema";
import { describe, expect, test } from "vitest";
import { place } from "../../../pipeline";
import { directionOf, neighbour, wireAfter } from "./neighbours";

const WIRES = [
  ["mic", "fft"],
  ["fft", "model"],
  ["model", "label"],
  ["model", "scores"],
  ["label", "out"],
];
const OUTLINE: Outline = {
  nodes: ["mic", "fft", "model", "label", "scores", "out", "alone"].map((name, line) => ({
    name,
    kind: name === "mic" || name === "alone" ? "capability" : "block",
    detail: "",
    line,
    file: null,
  })),
  wires: WIRES.map(([source = "", target = ""]) => ({
    source,
    source_index: 0,
    target,
    target_index: 0,
    type: "f32[1]",
  })),
};
const LAYOUT = place(OUTLINE);

test("left and right go along the wires", () => {
  expect(neighbour(LAYOUT, "mic", "right")).toBe("fft");
  expect(neighbour(LAYOUT, "model", "left")).toBe("fft");
  expect(["label", "scores"]).toContain(neighbour(LAYOUT, "model", "right"));
});

test("up and down go between branches", () => {
  const [upper, lower] = ["label", "scores"].toSorted(
    (one, other) =>
      (LAYOUT.nodes.find((each) => each.node.name === one)?.y ?? 0) -
      (LAYOUT.nodes.find((each) => each.node.name === other)?.y ?? 0),
  );
  expect(neighbour(LAYOUT, upper ?? "", "down")).toBe(lower);
  expect(neighbour(LAYOUT, lower ?? "", "up")).toBe(upper);
});

test("every stage is reached from every other", () => {
  const names = OUTLINE.nodes.map((node) => node.name);
  for (const start of names) {
    const reachedNames = new Set([start]);
    const open = [start];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const direction of ["left", "right", "up", "down", "first", "last"] as const) {
        const next = neighbour(LAYOUT, name, direction);
        if (next !== null && !reachedNames.has(next)) {
          reachedNames.add(next);
          open.push(next);
        }
      }
    }
    expect([...reachedNames].toSorted()).toEqual(names.toSorted());
  }
});

test("at the edge there is nothing further, and keys that lead nowhere lead nowhere", () => {
  expect(neighbour(LAYOUT, "out", "right")).toBeNull();
  expect(neighbour(LAYOUT, "gone", "right")).not.toBeNull();
  expect(directionOf("Enter")).toBeNull();
});

describe("the wires of a stage", () => {
  const wires = [
    { source: "a", source_index: 0, target: "b", target_index: 0, type: null },
    { source: "b", source_index: 0, target: "c", target_index: 0, type: null },
    { source: "b", source_index: 0, target: "d", target_index: 0, type: null },
  ];

  test("come one after the other, what it reads first, and then again", () => {
    const targets: string[] = [];
    for (
      let last = wireAfter(wires, "b", null);
      last !== null && targets.length < 4;
      last = wireAfter(wires, "b", last)
    )
      targets.push(last.target);
    expect(targets).toEqual(["b", "c", "d", "b"]);
    expect(wireAfter(wires, "alone", null)).toBeNull();
  });
});

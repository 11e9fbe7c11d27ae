import { describe, expect, test } from "vitest";
import { place, type PlacedNode } from "./layout";
import type { Pipeline, Stage, Wire } from "./types";

function node(name: string, kind: Stage["kind"] = "block"): Stage {
  return { name, kind, detail: name };
}

function wire(source: string, target: string, type: string | null = "f32[8]"): Wire {
  return { source, source_index: 0, target, target_index: 0, type };
}

function outline(
  wires: readonly Wire[],
  names = [...new Set(wires.flatMap((each) => [each.source, each.target]))],
): Pipeline {
  return { nodes: names.map((name) => node(name)), wires };
}

function nodeNamed(nodes: readonly PlacedNode[], name: string): PlacedNode {
  const node = nodes.find((each) => each.node.name === name);
  if (node === undefined) throw new Error(`${name} is not placed`);
  return node;
}

const CHAIN = outline([wire("audio", "fft"), wire("fft", "model"), wire("model", "serial")]);

describe("a pipeline without branches", () => {
  test("stands in one row, from left to right", () => {
    const { nodes, height } = place(CHAIN);
    expect(new Set(nodes.map((each) => each.y))).toEqual(new Set([0]));
    const lefts = ["audio", "fft", "model", "serial"].map((name) => nodeNamed(nodes, name).x);
    expect(lefts).toEqual([...lefts].sort((one, other) => one - other));
    expect(height).toBe(50);
  });

  test("has wires from edge to edge, with room for what they say", () => {
    const { nodes, wires } = place(outline([wire("audio", "model", "i16[16000, 2, 2]")]));
    const [only] = wires;
    expect(only?.points[0]?.x).toBe(nodeNamed(nodes, "audio").x + nodeNamed(nodes, "audio").width);
    expect(only?.points[1]?.x).toBe(nodeNamed(nodes, "model").x);
    expect((only?.points[1]?.x ?? 0) - (only?.points[0]?.x ?? 0)).toBeGreaterThan("i16[16000,2,2]".length * 6);
  });
});

describe("a pipeline that branches", () => {
  const pipeline = outline([wire("model", "label"), wire("model", "scores"), wire("label", "serial")]);

  test("puts the branches beside each other", () => {
    const { nodes } = place(pipeline);
    const label = nodeNamed(nodes, "label");
    const scores = nodeNamed(nodes, "scores");
    expect(label.x + label.width / 2).toBe(scores.x + scores.width / 2);
    expect(Math.abs(label.y - scores.y)).toBeGreaterThanOrEqual(50);
  });

  test("lets a wire that skips a layer pass the node in it", () => {
    const { nodes, wires } = place(outline([wire("image", "resize"), wire("resize", "join"), wire("image", "join")]));
    const resize = nodeNamed(nodes, "resize");
    const long = wires.find((each) => each.points.length === 4);
    const [, before, after] = long?.points ?? [];
    const bend = before?.y ?? resize.y;
    expect(bend < resize.y || bend > resize.y + resize.height).toBe(true);
    expect(before?.x).toBeLessThanOrEqual(resize.x);
    expect(after?.x).toBeGreaterThanOrEqual(resize.x + resize.width);
  });

  test("no two nodes overlap", () => {
    const wires = ["a", "b", "c"].flatMap((source) => ["x", "y", "z"].map((target) => wire(source, target)));
    const { nodes } = place(outline(wires));
    for (const one of nodes) {
      for (const other of nodes) {
        if (one === other) continue;
        expect(
          one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y,
        ).toBe(true);
      }
    }
  });
});

describe("a broken pipeline", () => {
  test("is drawn although it goes in a circle", () => {
    const { nodes, wires } = place(outline([wire("a", "b"), wire("b", "a")]));
    expect(nodes).toHaveLength(2);
    expect(wires).toHaveLength(1);
  });

  test("is drawn although a stage reads from itself or from nothing", () => {
    const { nodes, wires } = place(outline([wire("a", "a"), wire("gone", "a")], ["a"]));
    expect(nodes).toHaveLength(1);
    expect(wires).toHaveLength(0);
  });

  test("is drawn although a name stands twice", () => {
    expect(place({ nodes: [node("a"), node("a")], wires: [] }).nodes).toHaveLength(1);
  });

  test("is nothing when there is nothing", () => {
    expect(place({ nodes: [], wires: [] })).toEqual({ nodes: [], wires: [], width: 0, height: 0 });
  });
});

describe("ports", () => {
  test("stand apart, and each wire ends at its own and says its own type", () => {
    const { nodes, wires } = place(
      outline([wire("model", "out", "f32[1]"), { ...wire("model", "out", "u8[4]"), source_index: 1, target_index: 1 }]),
    );
    expect(wires.map((each) => each.text)).toEqual(["f32[1]", "u8[4]"]);
    const out = nodeNamed(nodes, "out");
    expect(out.inputs).toHaveLength(2);
    expect(wires.map((each) => each.points.at(-1)?.y)).toEqual(out.inputs.map((y) => out.y + y));
    expect(Math.abs((wires[0]?.label.y ?? 0) - (wires[1]?.label.y ?? 0))).toBeGreaterThanOrEqual(12);
  });

  test("are as many as are known of the stage, and a stage with many is higher", () => {
    const { nodes } = place(CHAIN, { counts: new Map([["model", { inputs: 5, outputs: 3 }]]) });
    const model = nodeNamed(nodes, "model");
    expect([model.inputs.length, model.outputs.length]).toEqual([5, 3]);
    expect(model.height).toBeGreaterThan(nodeNamed(nodes, "fft").height);
    expect(model.inputs.every((y) => y > 0 && y < model.height)).toBe(true);
  });

  test("capabilities take nothing and outputs give nothing", () => {
    const { nodes } = place({ nodes: [node("mic", "capability"), node("out", "output")], wires: [] });
    expect(nodes.map((each) => [each.inputs.length, each.outputs.length])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });
});

test("two hundred stages are placed in the time of one frame", () => {
  const wires = Array.from({ length: 199 }, (_, index) => wire(`s${Math.floor(index * 0.8)}`, `s${index + 1}`));
  const big = outline(wires);
  place(big);
  // The best of some: what else the machine does is not measured.
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    place(big);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(50);
});

test("the same outline gives the same picture", () => {
  expect(place(CHAIN)).toEqual(place(structuredClone(CHAIN)));
});

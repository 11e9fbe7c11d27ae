import type { DrawnModel, Layer } from "../../../api/schema";
import { describe, expect, it } from "vitest";
import { blocksOf, layoutOf, opName, shortShape } from "./layers";

const layer = (op: string, reads: readonly number[]): Layer => ({
  op,
  types: "int8",
  reads,
  inputs: [],
  outputs: ["i8[1, 2]"],
  name: "",
  weights_size: 0,
  weights: [],
  quantisation: null,
  options: {},
});
const graph = (nodes: readonly Layer[]): DrawnModel["graph"] => ({
  nodes,
  inputs: [{ name: "x", shape: "i8[1, 4]" }],
  outputs: [{ name: "y", shape: "i8[1, 2]", from: nodes.length - 1 }],
  complete: true,
});

describe("layers", () => {
  it("that come again and again are one block until it is opened", () => {
    const nodes = [
      layer("PAD", [-1]),
      ...Array.from({ length: 8 }, (_, index) => layer(index % 2 === 0 ? "CONV_2D" : "ADD", [index])),
      layer("SOFTMAX", [8]),
    ];
    const blocks = blocksOf(nodes, new Set());
    expect(blocks.map(({ id, times, ops }) => [id, times, ops])).toEqual([
      ["0", 1, ["PAD"]],
      ["1-8", 4, ["CONV_2D", "ADD"]],
      ["9", 1, ["SOFTMAX"]],
    ]);
    expect(blocksOf(nodes, new Set(["1-8"]))).toHaveLength(10);
  });

  it("stand below what they read, beside each other where they read the same", () => {
    const layers = graph([layer("CONV_2D", [-1]), layer("TANH", [0]), layer("RELU", [0]), layer("ADD", [1, 2])]);
    const { blocks, edges, rows, columns } = layoutOf(layers, blocksOf(layers.nodes, new Set()));
    expect(blocks.map(({ row, column }) => [row, column])).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
      [3, 0],
    ]);
    expect(edges.map(({ from, to }) => `${from}>${to}`)).toEqual(["in 0>0", "0>1", "0>2", "1>3", "2>3", "3>out 0"]);
    expect([rows, columns]).toEqual([4, 2]);
  });

  it("of a long model are laid out at once", () => {
    const nodes = Array.from({ length: 2000 }, (_, index) => layer(`OP_${(index * 7919) % 13}`, [index - 1]));
    const start = performance.now();
    layoutOf(graph(nodes), blocksOf(nodes, new Set()));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

it("says ops and shapes shortly", () => {
  expect([
    opName("DEPTHWISE_CONV_2D"),
    opName("CUSTOM:Mine"),
    shortShape("i8[1, 49, 10]"),
    shortShape("f32[1]"),
  ]).toEqual(["Depthwise Conv 2D", "Mine", "49×10", "1"]);
});

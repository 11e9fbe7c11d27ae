import type { Diagnostic, Outline } from "../../../api/schema";
import { describe, expect, test } from "vitest";
import type { StagePorts } from "../../edits/graph-requests";
import { endAt } from "./connecting";
import { between } from "./animated-layout";
import { place, placeOnce } from "../../../pipeline";
import { worstByStage } from "../../session/problems/severity";
import { edgesOf, markedStages, markedEdges, nodesOf } from "./flow-elements";
import { frameOf, isSame, viewportShowing, wholeOf } from "./viewport";
import { stripHeight } from "../use-strip-height";

const OUTLINE: Outline = {
  nodes: [
    { name: "mic", kind: "capability", detail: "SOUND", line: 3, file: null },
    { name: "model", kind: "model", detail: "words", line: 6, file: null },
    { name: "out", kind: "output", detail: "SERIAL", line: 9, file: null },
  ],
  wires: [{ source: "mic", source_index: 0, target: "model", target_index: 0, type: "i16[16000]" }],
};
const PORTS = new Map<string, StagePorts>([
  [
    "model",
    {
      name: "model",
      kind: "model",
      target: "./w.tflite",
      item: "./w.tflite",
      inputs: [
        { name: "samples", source: { stage: "mic", index: 0 }, type: "i16[16000]" },
        { name: "state", source: null, type: "f32[4]" },
      ],
      outputs: ["i8[3]", "f32[4]"],
      declared: true,
    },
  ],
]);
const LAYOUT = place(OUTLINE, { counts: new Map([["model", { inputs: 2, outputs: 2 }]]) });
const STAGES = nodesOf(LAYOUT, PORTS);
const WRONG = new Map([["out", problem(9, "error")]]);

function problem(line: number, severity: "error" | "warning", file = "Runefile.yml"): Diagnostic {
  const at = { line, column: 1, offset: 0 };
  return { severity, code: "RUNE0001", message: "", file, span: { start: at, end: at }, notes: [], fixes: [] };
}

describe("the picture", () => {
  const nodes = new Map(markedStages(STAGES, "model", WRONG).map((node) => [node.id, node]));

  test("has a port for every input and output, connected or not", () => {
    expect(nodes.get("model")?.data.inputs.map((port) => port.title)).toEqual([
      "input samples, i16[16000], from mic",
      "input state, f32[4], not connected",
    ]);
    expect(nodes.get("model")?.data.outputs).toHaveLength(2);
    expect(nodes.get("mic")?.data.inputs).toEqual([]);
  });

  test("lets Tab come to one stage: the selected one, or the first", () => {
    expect([...nodes.values()].filter((node) => node.data.tabStop).map((node) => node.id)).toEqual(["model"]);
    expect(markedStages(STAGES, null, WRONG).filter((node) => node.data.tabStop)).toHaveLength(1);
  });

  test("offers one more input where a stage may have it, and not where a model says how many", () => {
    const full = new Map([["model", { ...PORTS.get("model"), inputs: [PORTS.get("model")?.inputs[0]] } as StagePorts]]);
    const freeInputs = new Map(nodesOf(place(OUTLINE), full).map((node) => [node.id, node.data.hasFreeInput]));
    expect([freeInputs.get("model"), freeInputs.get("mic"), freeInputs.get("out")]).toEqual([false, false, false]);
  });

  test("marks the worst that is wrong with a stage", () => {
    const worst = worstByStage(
      OUTLINE,
      [problem(7, "warning"), problem(8, "error"), problem(4, "warning"), problem(9, "error", "labels.txt")],
      "Runefile.yml",
    );
    expect([...worst].map(([name, { severity }]) => [name, severity])).toEqual([
      ["model", "error"],
      ["mic", "warning"],
    ]);
  });

  test("has each wire by its target, with its type", () => {
    const [edge] = markedEdges(edgesOf(LAYOUT), "mic", "model 0", () => null);
    expect(edge).toMatchObject({
      id: "model 0",
      sourceHandle: "output 0",
      targetHandle: "input 0",
      selected: true,
      data: { text: "i16[16000]", near: true },
    });
  });
});

test("what did not change is not drawn again", () => {
  const [before, after] = [markedStages(STAGES, null, new Map()), markedStages(STAGES, "out", new Map())];
  const model = (nodes: typeof before) => nodes.find((node) => node.id === "model");
  expect(model(after)).toBe(model(before));
  const remember = placeOnce();
  const first = remember(OUTLINE);
  expect(remember({ ...OUTLINE, nodes: OUTLINE.nodes.map((node) => ({ ...node, line: node.line + 5 })) })).toBe(first);
  expect(remember({ ...OUTLINE, wires: [] })).not.toBe(first);
});

test("a wire that falls on a stage takes the first free input that fits, or says why there is none", () => {
  const verdicts = new Map<string, string | null>([
    ["a 0", null],
    ["a 1", null],
    ["b 0", "It takes sound."],
    ["name_1 0", null],
  ]);
  expect(endAt(verdicts, "a", (index) => index === 0)).toEqual({ index: 1 });
  expect(endAt(verdicts, "a", () => true)).toEqual({ index: 0 });
  expect(endAt(verdicts, "b", () => false)).toEqual({ reason: "It takes sound." });
  expect(endAt(verdicts, "name", () => false)).toBeNull();
});

test("stages glide from where they were; new ones are where they belong", () => {
  const movedLayout = { ...LAYOUT, nodes: LAYOUT.nodes.map((each) => ({ ...each, x: each.x + 100 })) };
  const half = between({ ...LAYOUT, nodes: LAYOUT.nodes.slice(0, 1) }, movedLayout, 0.5);
  expect(half.nodes[0]?.x).toBe((LAYOUT.nodes[0]?.x ?? 0) + 50);
  expect(half.nodes[1]?.x).toBe((LAYOUT.nodes[1]?.x ?? 0) + 100);
});

describe("what is in sight", () => {
  const size = { width: 600, height: 300 };
  const edges = { left: 24, right: 24, top: 24, bottom: 24 };

  test("is all of it in its own size where it has room, in the middle", () => {
    expect(frameOf({ width: 200, height: 100 }, size, edges)).toEqual({ x: 200, y: 100, zoom: 1 });
  });

  test("is its beginning, in a size that can be read, where it has none", () => {
    expect(frameOf({ width: 552, height: 900 }, size, edges)).toEqual({ x: 24, y: 24, zoom: 1 });
  });

  test("is the whole when that is asked for, as far as it can be read", () => {
    expect(wholeOf({ width: 552, height: 280 }, size, edges).zoom).toBe(0.9);
    expect(wholeOf({ width: 6000, height: 100 }, size, edges)).toEqual({ x: 24, y: 110, zoom: 0.8 });
  });

  test("moves as little as shows a stage", () => {
    const viewport = { x: 0, y: 0, zoom: 1 };
    expect(viewportShowing(viewport, { x: 700, y: 50, width: 100, height: 50 }, size, edges)).toEqual({
      x: -224,
      y: 0,
      zoom: 1,
    });
    expect(viewportShowing(viewport, { x: 100, y: 50, width: 100, height: 50 }, size, edges)).toEqual(viewport);
  });
});

describe("the strip above the text", () => {
  const ask = { full: 200, minimum: 0 };

  test("is as high as the picture needs, up to a part of what it shares with the text", () => {
    expect(stripHeight(ask, 700, null).height).toBe(200);
    expect(stripHeight({ full: 900, minimum: 0 }, 700, null).height).toBe(300);
    expect(stripHeight(ask, 300, null).height).toBe(132);
  });

  test("has the height that it was given, as long as the text keeps some lines", () => {
    expect(stripHeight(ask, 700, 420).height).toBe(420);
    expect(stripHeight(ask, 400, 420)).toEqual({ height: 270, most: 270 });
    expect(stripHeight(ask, 100, 420).height).toBe(72);
  });

  test("is as high as an open palette needs", () => {
    expect(stripHeight({ full: 120, minimum: 300 }, 700, 90).height).toBe(300);
  });
});

test("a sight that someone has changed is known from one that was put there", () => {
  const viewport = { x: 10, y: 20, zoom: 0.6 };
  expect([
    isSame(viewport, { ...viewport, x: 10.2 }),
    isSame(viewport, { ...viewport, x: 30 }),
    isSame(viewport, { ...viewport, zoom: 0.4 }),
  ]).toEqual([true, false, false]);
});

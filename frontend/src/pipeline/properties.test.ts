// Properties of every picture, for hundreds of pipelines by seed in rooms of many widths.
import { describe, expect, test } from "vitest";
import { condensed } from "./condense";
import { layoutIn } from "./drawing";
import { FULL, PHONE, SMALL, type Form } from "./form";
import { place, type PipelineLayout, type PlacedNode, type PlacedWire } from "./layout";
import type { PathPoint } from "./paths";
import { randomPipeline } from "./random.test-support";
import type { Pipeline } from "./types";

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);
const ROOMS = [240, 320, 500, 782, 1200, Infinity];
const CASES = SEEDS.map((seed) => ({
  seed,
  pipeline: randomPipeline(seed),
  room: ROOMS[seed % ROOMS.length] ?? Infinity,
  form: seed % 4 === 3 ? SMALL : seed % 8 === 1 ? PHONE : FULL,
}));

type Case = (typeof CASES)[number];

/** The cases in which something is not as it should be. */
function wrong(isRight: (layout: PipelineLayout, each: Case) => boolean): readonly number[] {
  return CASES.filter((each) => !isRight(place(each.pipeline, { size: each.room, form: each.form }), each)).map(
    ({ seed }) => seed,
  );
}

function byName(layout: PipelineLayout): ReadonlyMap<string, PlacedNode> {
  return new Map(layout.nodes.map((each) => [each.node.name, each]));
}

function isInside(node: PlacedNode, { x, y }: PathPoint): boolean {
  return x > node.x + 0.5 && x < node.x + node.width - 0.5 && y > node.y + 0.5 && y < node.y + node.height - 0.5;
}

/** Points all along a wire as it is drawn: a bend that is not straight turns within its first 40 pixels. */
function along(points: readonly PathPoint[]): readonly PathPoint[] {
  return points.slice(1).flatMap((to, index) => {
    const from = points[index] ?? to;
    const isStraight = from.x === to.x || from.y === to.y;
    const turn = from.x + Math.min((to.x - from.x) / 2, 20);
    return Array.from({ length: 41 }, (_, step) => {
      const part = step / 40;
      if (isStraight) return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
      // The cubic of `pathOf`, and what is level after it is between its end and `to`.
      const [one, two, three, four] = [
        (1 - part) ** 3,
        3 * (1 - part) ** 2 * part,
        3 * (1 - part) * part ** 2,
        part ** 3,
      ];
      return {
        x: one * from.x + (two + three) * turn + four * (2 * turn - from.x),
        y: (one + two) * from.y + (three + four) * to.y,
      };
    });
  });
}

describe("in every picture", () => {
  test("each stage and each wire of the pipeline is drawn once", () => {
    const violations = wrong(
      (layout, { pipeline }) =>
        layout.nodes.length === pipeline.nodes.length &&
        new Set(layout.wires.map(({ wire }) => wire)).size === pipeline.wires.length &&
        layout.wires.length === pipeline.wires.length,
    );
    expect(violations).toEqual([]);
  });

  test("each wire begins at the right edge of what gives and ends at the left edge of what reads, which stands further on", () => {
    const violations = wrong((layout) => {
      const nodes = byName(layout);
      return layout.wires.every(({ wire, points }) => {
        const [source, target, start, end] = [nodes.get(wire.source), nodes.get(wire.target), points[0], points.at(-1)];
        if (source === undefined || target === undefined || start === undefined || end === undefined) return false;
        const isForward = target.row > source.row || (target.row === source.row && target.x >= source.x + source.width);
        return (
          isForward &&
          start.x === source.x + source.width &&
          start.y === source.y + (source.outputs[wire.source_index] ?? NaN) &&
          end.x === target.x &&
          end.y === target.y + (target.inputs[wire.target_index] ?? NaN)
        );
      });
    });
    expect(violations).toEqual([]);
  });

  test("each wire comes to its end from the left", () => {
    const violations = wrong((layout) =>
      layout.wires.every(({ points }) => (points.at(-1)?.x ?? 0) > (points.at(-2)?.x ?? 0)),
    );
    expect(violations).toEqual([]);
  });

  test("no two stages overlap", () => {
    const apart = (one: PlacedNode, other: PlacedNode): boolean =>
      one.x + one.width <= other.x ||
      other.x + other.width <= one.x ||
      one.y + one.height <= other.y ||
      other.y + other.height <= one.y;
    expect(
      wrong(({ nodes }) => nodes.every((one, index) => nodes.slice(index + 1).every((other) => apart(one, other)))),
    ).toEqual([]);
  });

  test("no wire passes through a stage", () => {
    expect(
      wrong(({ nodes, wires }) =>
        wires.every(({ points }) => along(points).every((point) => !nodes.some((node) => isInside(node, point)))),
      ),
    ).toEqual([]);
  });

  test("nothing is outside of the room that it was given", () => {
    const violations = wrong((layout, { room }) => {
      const xs = [
        ...layout.nodes.flatMap(({ x, width }) => [x, x + width]),
        ...layout.wires.flatMap(({ points }) => points.map(({ x }) => x)),
      ];
      return layout.width <= room && xs.every((x) => x >= 0 && x <= layout.width);
    });
    expect(violations).toEqual([]);
  });

  test("what flows is said for each output, and no two labels between rows lie on each other", () => {
    const violations = wrong(({ wires }, { form }) => {
      if (!form.hasTypes) return wires.every(({ text }) => text === "");
      const outputOf = ({ wire }: PlacedWire): string => `${wire.source} ${wire.source_index}`;
      const labelledOutputs = new Set(wires.filter(({ text }) => text !== "").map(outputOf));
      const between = wires.filter(({ text, isBetween }) => isBetween && text !== "");
      const apart = (one: PlacedWire, other: PlacedWire): boolean =>
        Math.abs(one.label.y - other.label.y) >= 12 ||
        Math.abs(one.label.x - other.label.x) >= (6.6 * (one.text.length + other.text.length)) / 2;
      return (
        wires.every((each) => each.wire.type === null || labelledOutputs.has(outputOf(each))) &&
        between.every((one, index) => between.slice(index + 1).every((other) => apart(one, other)))
      );
    });
    expect(violations).toEqual([]);
  });

  test("nothing is above or below its edges", () => {
    const violations = wrong((layout) =>
      [
        ...layout.nodes.flatMap(({ y, height }) => [y, y + height]),
        ...layout.wires.flatMap(({ points }) => points.map(({ y }) => y)),
      ].every((y) => y >= 0 && y <= layout.height),
    );
    expect(violations).toEqual([]);
  });

  test("wires of different outputs that go to another row never lie on each other there", () => {
    const violations = wrong(({ wires }) => {
      const levels = new Map<string, Set<string>>();
      for (const { wire, points } of wires) {
        for (const [index, { x, y }] of points.entries()) {
          const to = points[index + 1];
          // Only between rows does a wire go to the left.
          if (to === undefined || to.x >= x) continue;
          const key = `${y}`;
          levels.set(key, (levels.get(key) ?? new Set()).add(wire.source));
        }
      }
      return [...levels.values()].every((sources) => sources.size === 1);
    });
    expect(violations).toEqual([]);
  });
});

describe("a small picture", () => {
  const small = (pipeline: Pipeline): PipelineLayout => layoutIn(pipeline, 280, true);

  test("has room for every pipeline, and says what stands for several stages", () => {
    const violations = SEEDS.filter((seed) => {
      const pipeline = randomPipeline(seed, 60);
      const { width, height, nodes } = small(pipeline);
      const names = nodes.flatMap(({ node }) => (node.title === undefined ? [node.name] : node.detail.split(", ")));
      return (
        width > 280 ||
        height > 132 ||
        names.toSorted().join() !==
          pipeline.nodes
            .map(({ name }) => name)
            .toSorted()
            .join()
      );
    });
    expect(violations).toEqual([]);
  });

  test("loses no way from one stage to another", () => {
    const lost = SEEDS.filter((seed) => {
      const pipeline = randomPipeline(seed, 40);
      const { nodes, wires } = small(pipeline);
      const drawnAs = new Map(
        nodes.flatMap(({ node }) =>
          (node.title === undefined ? [node.name] : node.detail.split(", ")).map((name) => [name, node.name]),
        ),
      );
      const connections = new Set(wires.map(({ wire }) => `${wire.source} ${wire.target}`));
      return !pipeline.wires.every(
        ({ source, target }) =>
          drawnAs.get(source) === drawnAs.get(target) ||
          connections.has(`${drawnAs.get(source)} ${drawnAs.get(target)}`),
      );
    });
    expect(lost).toEqual([]);
  });

  test("draws a run of proc-blocks as one before it hides a branch", () => {
    const names = ["mic", "window", "fft", "scale", "words", "label", "out"];
    const kinds = ["capability", "block", "block", "block", "model", "block", "output"] as const;
    const pipeline: Pipeline = {
      nodes: names.map((name, index) => ({ name, kind: kinds[index] ?? "block", detail: name })),
      wires: names
        .slice(1)
        .map((target, index) => ({ source: names[index] ?? "", source_index: 0, target, target_index: 0, type: null })),
    };
    const short = condensed(pipeline, ({ nodes }) => nodes.length <= 5);
    expect(short.nodes.map(({ name, title, detail }) => (title === undefined ? name : `${title}: ${detail}`))).toEqual([
      "mic",
      "+3 stages: window, fft, scale",
      "words",
      "label",
      "out",
    ]);
    expect(short.wires.map(({ source, target }) => `${source} ${target}`)).toEqual([
      "mic window",
      "window words",
      "words label",
      "label out",
    ]);
  });
});

test("a pipeline that has room stands in one row, and one that has not in rows about equally long", () => {
  const nodes = Array.from({ length: 6 }, (_, index) => ({
    name: `stage ${index}`,
    kind: "block" as const,
    detail: "fft",
  }));
  const wires = nodes.slice(1).map(({ name }, index) => ({
    source: `stage ${index}`,
    source_index: 0,
    target: name,
    target_index: 0,
    type: null,
  }));
  const rowsIn = (room: number, form: Form = FULL): readonly number[] =>
    place({ nodes, wires }, { size: room, form }).nodes.map(({ row }) => row);
  expect(rowsIn(1000)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(rowsIn(620)).toEqual([0, 0, 0, 1, 1, 1]);
  expect(rowsIn(300)).toEqual([0, 0, 1, 1, 2, 2]);
  expect(rowsIn(300, PHONE)).toEqual([0, 0, 0, 1, 1, 1]);
});

test("the types of wires are left out where all stages fit in one row without them", () => {
  const nodes = ["a", "b", "c", "d"].map((name) => ({ name, kind: "block" as const, detail: "fft" }));
  const wires = nodes.slice(1).map(({ name }, index) => ({
    source: nodes[index]?.name ?? "",
    source_index: 0,
    target: name,
    target_index: 0,
    type: "f32[1, 28, 28, 1]",
  }));
  const drawnIn = (room: number): readonly [number, boolean] => {
    const layout = layoutIn({ nodes, wires }, room, false);
    return [Math.max(...layout.nodes.map(({ row }) => row)), layout.wires.some(({ text }) => text !== "")];
  };
  expect(drawnIn(900)).toEqual([0, true]);
  expect(drawnIn(450)).toEqual([0, false]);
  expect(drawnIn(424)).toEqual([1, true]);
});

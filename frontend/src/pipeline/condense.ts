// A pipeline in fewer nodes where there is no room for all: stages are drawn as one, "+3 stages", and no wire is lost or
// turned round. Pure.
import { forwardWires } from "./order";
import type { Pipeline, Stage, Wire } from "./types";

interface Group {
  readonly names: readonly string[];
  /** The word for each of them. */
  readonly word: string;
}

/** Each group as one stage, which has the name of its first. */
function mergedPipeline(pipeline: Pipeline, groups: readonly Group[]): Pipeline {
  const groupOf = new Map<string, Group>();
  for (const group of groups) if (group.names.length > 1) for (const name of group.names) groupOf.set(name, group);
  const nameOf = (name: string): string => groupOf.get(name)?.names[0] ?? name;
  const nodes = pipeline.nodes.flatMap((node) => {
    const group = groupOf.get(node.name);
    if (group === undefined) return [node];
    if (nameOf(node.name) !== node.name) return [];
    const hasModel = pipeline.nodes.some(({ name, kind }) => kind === "model" && group.names.includes(name));
    return [
      {
        ...node,
        kind: hasModel ? ("model" as const) : node.kind,
        title: `+${group.names.length} ${group.word}s`,
        detail: group.names.join(", "),
      },
    ];
  });
  const wires = new Map<string, Wire>();
  for (const wire of pipeline.wires) {
    const [source, target] = [nameOf(wire.source), nameOf(wire.target)];
    if (source === target) continue;
    // Says which output or input it is can be told of a stage that is drawn as itself, and of no other.
    const source_index = groupOf.has(wire.source) ? 0 : wire.source_index;
    const target_index = groupOf.has(wire.target) ? 0 : wire.target_index;
    wires.set(JSON.stringify([source, source_index, target, target_index]), {
      ...wire,
      source,
      source_index,
      target,
      target_index,
    });
  }
  return { nodes, wires: [...wires.values()] };
}

/** Runs of proc-blocks, each of which is all that reads from the one before, and reads from nothing else. */
function runsOf(pipeline: Pipeline): readonly (readonly string[])[] {
  const wires = forwardWires(pipeline);
  const blocks = new Set(pipeline.nodes.filter((node) => node.kind === "block").map((node) => node.name));
  const neighbours = (name: string, side: "source" | "target", other: "source" | "target"): readonly string[] => [
    ...new Set(wires.filter((wire) => wire[side] === name).map((wire) => wire[other])),
  ];
  const next = new Map<string, string>();
  for (const name of blocks) {
    const [reader, ...others] = neighbours(name, "source", "target");
    if (
      reader !== undefined &&
      others.length === 0 &&
      blocks.has(reader) &&
      neighbours(reader, "target", "source").length === 1
    )
      next.set(name, reader);
  }
  const later = new Set(next.values());
  return [...blocks]
    .filter((name) => !later.has(name))
    .map((name) => {
      const run = [name];
      for (let after = next.get(name); after !== undefined; after = next.get(after)) run.push(after);
      return run;
    });
}

/** Those of a kind, or all that are neither inputs nor outputs: these stand between the two, so nothing goes in a circle. */
function namesOf(pipeline: Pipeline, is: (kind: Stage["kind"]) => boolean): readonly string[] {
  return pipeline.nodes.filter(({ kind }) => is(kind)).map((node) => node.name);
}

/** The pipeline itself and its shorter forms, each shorter than the one before. */
function* formsOf(pipeline: Pipeline): Generator<Pipeline> {
  yield pipeline;
  yield mergedPipeline(
    pipeline,
    runsOf(pipeline).map((names) => ({ names, word: "stage" })),
  );
  const middle = { names: namesOf(pipeline, (kind) => kind === "block" || kind === "model"), word: "stage" };
  yield mergedPipeline(pipeline, [middle]);
  const inputs = { names: namesOf(pipeline, (kind) => kind === "capability"), word: "input" };
  const outputs = { names: namesOf(pipeline, (kind) => kind === "output"), word: "output" };
  yield mergedPipeline(pipeline, [inputs, middle, outputs]);
}

/** The longest form that fits; the shortest where none does. */
export function condensed(pipeline: Pipeline, fits: (pipeline: Pipeline) => boolean): Pipeline {
  let last = pipeline;
  for (const form of formsOf(pipeline)) {
    last = form;
    if (fits(form)) return form;
  }
  return last;
}

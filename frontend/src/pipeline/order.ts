// The stages and wires of a pipeline as a graph: what goes forward, and how far each stage is from the beginning. Pure.
import type { Pipeline, Wire } from "./types";

/** The wires whose ends exist, without those that close a circle with wires before them: a broken pipeline is drawn too. */
export function forwardWires(pipeline: Pipeline): readonly Wire[] {
  const names = new Set(pipeline.nodes.map((node) => node.name));
  const targets = new Map<string, string[]>();
  const leadsTo = (from: string, to: string): boolean => {
    const visitedNames = new Set([from]);
    const open = [from];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (name === to) return true;
      for (const next of targets.get(name) ?? []) {
        if (visitedNames.has(next)) continue;
        visitedNames.add(next);
        open.push(next);
      }
    }
    return false;
  };
  return pipeline.wires.filter(({ source, target }) => {
    if (!names.has(source) || !names.has(target) || leadsTo(target, source)) return false;
    const before = targets.get(source);
    if (before === undefined) targets.set(source, [target]);
    else if (!before.includes(target)) before.push(target);
    return true;
  });
}

/** Each stage one layer behind the last that it reads from; the wires close no circle. */
export function layersOf(names: readonly string[], wires: readonly Wire[]): ReadonlyMap<string, number> {
  const reads = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const { source, target } of wires) reads.get(target)?.push(source);
  const layer = new Map<string, number>();
  const layerOf = (name: string): number => {
    const knownLayer = layer.get(name);
    if (knownLayer !== undefined) return knownLayer;
    const own = (reads.get(name) ?? []).reduce((last, source) => Math.max(last, layerOf(source) + 1), 0);
    layer.set(name, own);
    return own;
  };
  for (const name of names) layerOf(name);
  return layer;
}

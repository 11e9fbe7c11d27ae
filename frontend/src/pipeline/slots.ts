// Layers of slots, one for each stage and one for each wire that passes a layer, stacked without overlaps. Pure but for
// the slots themselves, which are moved until they stand well.
// Order within a layer by sweeps of medians (Gansner et al., "A technique for drawing directed graphs", 1993, in small).
import { type Form, labelOf, nodeWidth } from "./form";
import { forwardWires, layersOf } from "./order";
import type { Pipeline, Stage, Wire } from "./types";

/** How many inputs and outputs a stage shows, by its name. */
export type PortCounts = ReadonlyMap<string, { readonly inputs: number; readonly outputs: number }>;

export interface Slot {
  /** null is the bend of a wire that passes through this layer. */
  readonly node: Stage | null;
  width: number;
  readonly height: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly layer: number;
  y: number;
  readonly before: Slot[];
  readonly after: Slot[];
}

/** All the wires between the same two nodes, and the slots that they pass. */
export interface Lane {
  readonly wires: readonly Wire[];
  readonly slots: readonly Slot[];
  /** Letters of its longest label. */
  readonly letters: number;
}

const SWEEPS = 6;

function portsOf(count: number, height: number, gap: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => height / 2 + (index - (count - 1) / 2) * gap);
}

/** At least as many ports as the wires need, whatever is known of the stage. */
function countsOf(pipeline: Pipeline, portCounts: PortCounts): PortCounts {
  const counts = new Map<string, { inputs: number; outputs: number }>();
  for (const { name, kind } of pipeline.nodes) {
    const ends = portCounts.get(name);
    counts.set(name, {
      inputs: ends?.inputs ?? (kind === "capability" ? 0 : 1),
      outputs: ends?.outputs ?? (kind === "output" ? 0 : 1),
    });
  }
  for (const { source, source_index, target, target_index } of pipeline.wires) {
    const from = counts.get(source);
    const to = counts.get(target);
    if (from !== undefined) from.outputs = Math.max(from.outputs, source_index + 1);
    if (to !== undefined) to.inputs = Math.max(to.inputs, target_index + 1);
  }
  return counts;
}

function lanesOf(wires: readonly Wire[]): readonly (readonly Wire[])[] {
  const lanes = new Map<string, Wire[]>();
  for (const wire of wires) {
    const key = JSON.stringify([wire.source, wire.target]);
    const lane = lanes.get(key);
    if (lane === undefined) lanes.set(key, [wire]);
    else lane.push(wire);
  }
  return [...lanes.values()];
}

function median(slots: readonly Slot[]): number | null {
  if (slots.length === 0) return null;
  const middles = slots.map((slot) => slot.y + slot.height / 2).sort((one, other) => one - other);
  const half = Math.floor(middles.length / 2);
  const upper = middles[half] ?? 0;
  return middles.length % 2 === 1 ? upper : ((middles[half - 1] ?? upper) + upper) / 2;
}

/** Stack a layer without overlaps, each slot as near to what it is joined to as the order allows. */
function settle(layer: Slot[], neighbours: (slot: Slot) => readonly Slot[], reorder: boolean, gap: number): void {
  const preferredPlaces = new Map(layer.map((slot) => [slot, median(neighbours(slot)) ?? slot.y + slot.height / 2]));
  const preferredOf = (slot: Slot): number => preferredPlaces.get(slot) ?? 0;
  if (reorder) layer.sort((one, other) => preferredOf(one) - preferredOf(other));
  let least = -Infinity;
  for (const slot of layer) {
    slot.y = Math.max(preferredOf(slot) - slot.height / 2, least);
    least = slot.y + slot.height + gap;
  }
  const shift =
    layer.reduce((sum, slot) => sum + preferredOf(slot) - slot.height / 2 - slot.y, 0) / Math.max(1, layer.length);
  for (const slot of layer) slot.y += shift;
}

function build(pipeline: Pipeline, portCounts: PortCounts, form: Form): { layers: Slot[][]; lanes: Lane[] } {
  const wires = forwardWires(pipeline);
  const layerOf = layersOf(
    pipeline.nodes.map((node) => node.name),
    wires,
  );
  const counts = countsOf(pipeline, portCounts);
  const layers: Slot[][] = Array.from({ length: Math.max(0, ...layerOf.values()) + 1 }, () => []);
  const slots = new Map<string, Slot>();
  const add = (node: Stage | null, layer: number): Slot => {
    const count = node === null ? undefined : counts.get(node.name);
    const [inputs, outputs] = [count?.inputs ?? 0, count?.outputs ?? 0];
    const own = node === null ? form.bendHeight : form.nodeHeight + ((node.note ?? "") === "" ? 0 : form.noteHeight);
    const height = node === null ? own : Math.max(own, 2 * form.portMargin + Math.max(inputs, outputs) * form.portGap);
    const width = node === null ? 0 : nodeWidth(node, form);
    const slot: Slot = {
      node,
      layer,
      width,
      height,
      inputs: portsOf(inputs, height, form.portGap),
      outputs: portsOf(outputs, height, form.portGap),
      y: 0,
      before: [],
      after: [],
    };
    const row = layers[layer] ?? [];
    slot.y = row.reduce((sum, other) => sum + other.height + form.nodeGap, 0);
    row.push(slot);
    return slot;
  };
  for (const node of pipeline.nodes)
    if (!slots.has(node.name)) slots.set(node.name, add(node, layerOf.get(node.name) ?? 0));
  const lanes: Lane[] = [];
  for (const group of lanesOf(wires)) {
    const [first] = group;
    const source = first && slots.get(first.source);
    const target = first && slots.get(first.target);
    if (source === undefined || target === undefined) continue;
    const chain = [source];
    for (let layer = source.layer + 1; layer < target.layer; layer++) chain.push(add(null, layer));
    chain.push(target);
    for (const [index, slot] of chain.entries()) {
      const next = chain[index + 1];
      if (next === undefined) continue;
      slot.after.push(next);
      next.before.push(slot);
    }
    lanes.push({ wires: group, slots: chain, letters: Math.max(...group.map((wire) => labelOf(wire, form).length)) });
  }
  return { layers, lanes };
}

/** The layers of a pipeline, each slot at a height of its own, and the ways of its wires through them. */
export function stacked(
  pipeline: Pipeline,
  portCounts: PortCounts,
  form: Form,
): { readonly layers: readonly (readonly Slot[])[]; readonly lanes: readonly Lane[] } {
  const { layers, lanes } = build(pipeline, portCounts, form);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const reorder = sweep < SWEEPS - 2;
    for (const layer of layers) settle(layer, (slot) => slot.before, reorder, form.nodeGap);
    for (const layer of layers.toReversed()) settle(layer, (slot) => slot.after, reorder, form.nodeGap);
  }
  return { layers, lanes };
}

// Where the nodes and wires of a pipeline stand: left to right in layers, branches beside each other. Pure.
// Layers by the longest path; wires that skip a layer get a bend of their own in it, so that they pass no node.
// Order within a layer by sweeps of medians (Gansner et al., "A technique for drawing directed graphs", 1993, in small).
import type { Outline, OutlineNode, OutlineWire } from "../api/types";

/** How many inputs and outputs a stage shows, by its name. */
export type PortCounts = ReadonlyMap<string, { readonly inputs: number; readonly outputs: number }>;

export interface PlacedNode {
  readonly node: OutlineNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Where the ports stand on its left and right edge, from its top. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedWire {
  readonly wire: OutlineWire;
  /** From an output at the right edge of the source to an input at the left edge of the target, over the bends. */
  readonly points: readonly Point[];
  /** The middle of the label, which says what flows. */
  readonly label: Point;
  readonly text: string;
}

export interface Placed {
  readonly nodes: readonly PlacedNode[];
  readonly wires: readonly PlacedWire[];
  readonly width: number;
  readonly height: number;
}

const NODE_HEIGHT = 50;
/** Between two ports of one edge, and what a column of ports leaves free above and below. */
const PORT_GAP = 18;
const PORT_MARGIN = 14;
const BEND_HEIGHT = 16;
const NODE_LEAST = 80;
const NODE_MOST = 136;
const ROW_GAP = 18;
const WIRE_LEAST = 48;
/** Widths of a character, in pixels: IBM Plex Sans 600 at 12 px, IBM Plex Mono at 11 px twice. */
const NAME_CHARACTER = 6.9;
const DETAIL_CHARACTER = 6.6;
const LABEL_CHARACTER = 6.6;
/** What a bending wire needs before its label, and the label's end before the next node. */
const BEND_ROOM = 24;
const LABEL_END = 14;
/** Half the way that a bend takes. */
const TURN = 20;
const SWEEPS = 6;

interface Slot {
  /** null is the bend of a wire that passes through this layer. */
  readonly node: OutlineNode | null;
  width: number;
  readonly height: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  layer: number;
  y: number;
  readonly before: Slot[];
  readonly after: Slot[];
}

interface Lane {
  readonly wires: OutlineWire[];
  readonly slots: Slot[];
  /** Letters of its longest label. */
  readonly letters: number;
}

function nodeWidth(node: OutlineNode): number {
  const text = Math.max(node.name.length * NAME_CHARACTER, node.detail.length * DETAIL_CHARACTER);
  return Math.ceil(Math.min(NODE_MOST, Math.max(NODE_LEAST, text + 26)));
}

function portsOf(count: number, height: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => height / 2 + (index - (count - 1) / 2) * PORT_GAP);
}

/** At least as many ports as the wires need, whatever is known of the stage. */
function countsOf(outline: Outline, known: PortCounts): PortCounts {
  const counts = new Map<string, { inputs: number; outputs: number }>();
  for (const { name, kind } of outline.nodes) {
    const given = known.get(name);
    counts.set(name, { inputs: given?.inputs ?? (kind === "capability" ? 0 : 1), outputs: given?.outputs ?? (kind === "output" ? 0 : 1) });
  }
  for (const { source, source_index, target, target_index } of outline.wires) {
    const from = counts.get(source);
    const to = counts.get(target);
    if (from !== undefined) from.outputs = Math.max(from.outputs, source_index + 1);
    if (to !== undefined) to.inputs = Math.max(to.inputs, target_index + 1);
  }
  return counts;
}

/** The wires whose ends exist, without those that close a circle: a broken pipeline is drawn too. */
function forwardWires(outline: Outline): OutlineWire[] {
  const names = new Set(outline.nodes.map((node) => node.name));
  const wires = outline.wires.filter((wire) => names.has(wire.source) && names.has(wire.target));
  const leaving = new Map<string, OutlineWire[]>(outline.nodes.map((node) => [node.name, []]));
  for (const wire of wires) leaving.get(wire.source)?.push(wire);
  const done = new Map<string, "under way" | "done">();
  const kept: OutlineWire[] = [];
  const visit = (name: string): void => {
    done.set(name, "under way");
    for (const wire of leaving.get(name) ?? []) {
      if (done.get(wire.target) === "under way") continue;
      kept.push(wire);
      if (!done.has(wire.target)) visit(wire.target);
    }
    done.set(name, "done");
  };
  for (const node of outline.nodes) if (!done.has(node.name)) visit(node.name);
  return kept;
}

/** Each stage one layer behind the last that it reads from; the wires close no circle. */
function layersOf(outline: Outline, wires: readonly OutlineWire[]): Map<string, number> {
  const reads = new Map<string, string[]>(outline.nodes.map((node) => [node.name, []]));
  for (const { source, target } of wires) reads.get(target)?.push(source);
  const layer = new Map<string, number>();
  const layerOf = (name: string): number => {
    const known = layer.get(name);
    if (known !== undefined) return known;
    const found = (reads.get(name) ?? []).reduce((last, source) => Math.max(last, layerOf(source) + 1), 0);
    layer.set(name, found);
    return found;
  };
  for (const node of outline.nodes) layerOf(node.name);
  return layer;
}

/** One lane for all the wires between the same two nodes. */
function lanesOf(wires: readonly OutlineWire[]): Map<string, OutlineWire[]> {
  const lanes = new Map<string, OutlineWire[]>();
  for (const wire of wires) {
    const key = JSON.stringify([wire.source, wire.target]);
    const lane = lanes.get(key);
    if (lane === undefined) lanes.set(key, [wire]);
    else lane.push(wire);
  }
  return lanes;
}

/** What a wire says of its tensor, without spaces: room is scarce. */
function labelOf(wire: OutlineWire): string {
  return (wire.type ?? "").replaceAll(" ", "");
}

function median(slots: readonly Slot[]): number | null {
  if (slots.length === 0) return null;
  const middles = slots.map((slot) => slot.y + slot.height / 2).sort((one, other) => one - other);
  const half = Math.floor(middles.length / 2);
  const upper = middles[half] ?? 0;
  return middles.length % 2 === 1 ? upper : ((middles[half - 1] ?? upper) + upper) / 2;
}

/** Stack a layer without overlaps, each slot as near to what it is joined to as the order allows. */
function settle(layer: Slot[], neighbours: (slot: Slot) => readonly Slot[], reorder: boolean): void {
  const wish = new Map(layer.map((slot) => [slot, median(neighbours(slot)) ?? slot.y + slot.height / 2]));
  const wishOf = (slot: Slot): number => wish.get(slot) ?? 0;
  if (reorder) layer.sort((one, other) => wishOf(one) - wishOf(other));
  let least = -Infinity;
  for (const slot of layer) {
    slot.y = Math.max(wishOf(slot) - slot.height / 2, least);
    least = slot.y + slot.height + ROW_GAP;
  }
  const shift = layer.reduce((sum, slot) => sum + wishOf(slot) - slot.height / 2 - slot.y, 0) / Math.max(1, layer.length);
  for (const slot of layer) slot.y += shift;
}

function build(outline: Outline, known: PortCounts): { layers: Slot[][]; lanes: Lane[] } {
  const wires = forwardWires(outline);
  const layerOf = layersOf(outline, wires);
  const counts = countsOf(outline, known);
  const layers: Slot[][] = Array.from({ length: Math.max(0, ...layerOf.values()) + 1 }, () => []);
  const slots = new Map<string, Slot>();
  const add = (node: OutlineNode | null, layer: number): Slot => {
    const count = node === null ? undefined : counts.get(node.name);
    const [inputs, outputs] = [count?.inputs ?? 0, count?.outputs ?? 0];
    const height = node === null ? BEND_HEIGHT : Math.max(NODE_HEIGHT, 2 * PORT_MARGIN + Math.max(inputs, outputs) * PORT_GAP);
    const slot: Slot = { node, layer, width: node === null ? 0 : nodeWidth(node), height, inputs: portsOf(inputs, height), outputs: portsOf(outputs, height), y: 0, before: [], after: [] };
    const row = layers[layer] ?? [];
    slot.y = row.reduce((sum, other) => sum + other.height + ROW_GAP, 0);
    row.push(slot);
    return slot;
  };
  for (const node of outline.nodes) if (!slots.has(node.name)) slots.set(node.name, add(node, layerOf.get(node.name) ?? 0));
  const lanes: Lane[] = [];
  for (const group of lanesOf(wires).values()) {
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
    lanes.push({ wires: group, slots: chain, letters: Math.max(...group.map((wire) => labelOf(wire).length)) });
  }
  return { layers, lanes };
}

function bends(slot: Slot | undefined, next: Slot | undefined): boolean {
  if (slot === undefined || next === undefined) return false;
  const isLevel = slot.y + slot.height / 2 === next.y + next.height / 2;
  return !isLevel || (next.node !== null && slot.outputs.length !== next.inputs.length);
}

/** The pixels between two layers: room for the longest label of the wires that start there, and for those that bend. */
function gapAfter(layer: number, lanes: readonly Lane[]): number {
  const labels = lanes
    .filter((lane) => lane.slots[0]?.layer === layer)
    .map((lane) => lane.letters * LABEL_CHARACTER + (bends(lane.slots[0], lane.slots[1]) ? BEND_ROOM : 0) + 18);
  return Math.round(Math.max(WIRE_LEAST, ...labels));
}

/** Place an outline. Deterministic: the same outline gives the same picture. */
export function place(outline: Outline, known: PortCounts = new Map()): Placed {
  if (outline.nodes.length === 0) return { nodes: [], wires: [], width: 0, height: 0 };
  const { layers, lanes } = build(outline, known);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const reorder = sweep < SWEEPS - 2;
    for (const layer of layers) settle(layer, (slot) => slot.before, reorder);
    for (const layer of layers.toReversed()) settle(layer, (slot) => slot.after, reorder);
  }
  const top = Math.min(...layers.flat().map((slot) => slot.y));
  for (const slot of layers.flat()) slot.y = Math.round(slot.y - top);
  const lefts: number[] = [];
  const widths = layers.map((layer) => Math.max(0, ...layer.map((slot) => slot.width)));
  let width = 0;
  for (const [index, widest] of widths.entries()) {
    lefts.push(width);
    width += widest + (index < widths.length - 1 ? gapAfter(index, lanes) : 0);
  }
  for (const slot of layers.flat()) if (slot.node === null) slot.width = widths[slot.layer] ?? 0;
  const left = (slot: Slot): number => (lefts[slot.layer] ?? 0) + ((widths[slot.layer] ?? 0) - slot.width) / 2;
  const nodes = layers.flat().flatMap((slot) => (slot.node === null ? [] : [{ node: slot.node, x: left(slot), y: slot.y, width: slot.width, height: slot.height, inputs: slot.inputs, outputs: slot.outputs }]));
  const wires = lanes.flatMap((lane) => lane.wires.map((wire) => placeWire(wire, lane.slots, left)));
  return { nodes, wires, width, height: Math.max(...layers.flat().map((slot) => slot.y + slot.height)) };
}

/** The same, remembering the last picture: an outline in which only lines moved is the same object again. */
export function placeOnce(): typeof place {
  let key = "";
  let last: Placed | null = null;
  return (outline, known = new Map()) => {
    const nodes = outline.nodes.map(({ name, kind, detail }) => [name, kind, detail, known.get(name)]);
    const next = JSON.stringify([nodes, outline.wires]);
    if (last === null || next !== key) last = place(outline, known);
    key = next;
    return last;
  };
}

function placeWire(wire: OutlineWire, slots: readonly Slot[], left: (slot: Slot) => number): PlacedWire {
  const points = slots.flatMap((slot, index) => {
    const middle = slot.y + slot.height / 2;
    // Level past the whole column, so that it crosses no stage in it.
    if (slot.node === null) return [{ x: left(slot), y: middle }, { x: left(slot) + slot.width, y: middle }];
    if (index === 0) return [{ x: left(slot) + slot.width, y: slot.y + (slot.outputs[wire.source_index] ?? slot.height / 2) }];
    return [{ x: left(slot), y: slot.y + (slot.inputs[wire.target_index] ?? slot.height / 2) }];
  });
  const text = labelOf(wire);
  return { wire, points, text, label: labelAt(points, text) };
}

/** In the middle of a level wire; where it bends, over the level end, clear of the curve. */
function labelAt(points: readonly Point[], text: string): Point {
  const [start, next] = points;
  const from = start ?? { x: 0, y: 0 };
  const to = next ?? from;
  const half = (text.length * LABEL_CHARACTER) / 2;
  return from.y === to.y ? { x: (from.x + to.x) / 2, y: from.y } : { x: to.x - LABEL_END - half, y: to.y };
}

/** A wire as an SVG path: smooth from point to point, level where it meets a node. */
export function pathOf(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (start === undefined) return "";
  let path = `M${start.x} ${start.y}`;
  let from = start;
  for (const to of rest) {
    const turn = from.x + Math.min((to.x - from.x) / 2, TURN);
    path += from.y === to.y ? ` L${to.x} ${to.y}` : ` C${turn} ${from.y} ${turn} ${to.y} ${from.x + 2 * (turn - from.x)} ${to.y} L${to.x} ${to.y}`;
    from = to;
  }
  return path;
}

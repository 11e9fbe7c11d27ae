// Where the nodes and wires of a pipeline stand: left to right in layers, branches beside each other, in as many rows as the
// room asks for. Every picture of a pipeline is made of this. Pure.
// Layers by the longest path; wires that skip a layer get a bend of their own in it, so that they pass no node.
import { type Form, FULL, labelOf, labelWidth } from "./form";
import { type PathPoint, simplified } from "./paths";
import { type ColumnSpan, rowsOf } from "./rows";
import { type Lane, type PortCounts, type Slot, stacked } from "./slots";
import { inputAt, outputAt, trackOf, tracksOf, turnOf, type Tracks, type Turn } from "./tracks";
import type { Pipeline, Stage, Wire } from "./types";

export interface PlacedNode {
  readonly node: Stage;
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Where the ports stand on its left and right edge, from its top. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface PlacedWire {
  readonly wire: Wire;
  /** From an output at the right edge of the source to an input at the left edge of the target, over the bends. */
  readonly points: readonly PathPoint[];
  /** The middle of the wire under its label. */
  readonly label: PathPoint;
  /**
   * The type that flows; "" where it is not known, or said at another wire of the same output and there is no room to
   * say it twice.
   */
  readonly text: string;
  /** Whether the label stands between two rows, close under a stage. */
  readonly isBetween: boolean;
}

export interface PipelineLayout {
  readonly nodes: readonly PlacedNode[];
  readonly wires: readonly PlacedWire[];
  readonly width: number;
  readonly height: number;
}

export interface LayoutOptions {
  /** The width in pixels that the picture may have; a single stage is never made narrower. */
  readonly size?: number;
  readonly counts?: PortCounts;
  readonly form?: Form;
}

const EMPTY_LAYOUT: PipelineLayout = { nodes: [], wires: [], width: 0, height: 0 };
/** The room that a bending wire needs before its label, and the label's end before the next node. */
const BEND_ROOM = 34;
const LABEL_END = 14;
/** The room around a label. */
const LABEL_ROOM = 18;

function bends(slot: Slot | undefined, next: Slot | undefined): boolean {
  if (slot === undefined || next === undefined) return false;
  const isLevel = slot.y + slot.height / 2 === next.y + next.height / 2;
  return !isLevel || (next.node !== null && slot.outputs.length !== next.inputs.length);
}

/** The pixels between two layers: room for the longest label of the wires that start there, and for those that bend. */
function gapAfter(layer: number, lanes: readonly Lane[], form: Form): number {
  const labels = form.hasTypes
    ? lanes
        .filter((lane) => lane.slots[0]?.layer === layer)
        .map((lane) => labelWidth(lane.letters) + (bends(lane.slots[0], lane.slots[1]) ? BEND_ROOM : 0) + LABEL_ROOM)
    : [];
  return Math.round(Math.max(form.wireLeast, ...labels));
}

/** The picture's columns and rows, and where they stand. */
interface Grid {
  readonly rows: readonly ColumnSpan[];
  readonly lefts: readonly number[];
  readonly widths: readonly number[];
  readonly tracks: readonly Tracks[];
  /** The lower end of each row. */
  readonly belows: readonly number[];
  readonly trackWidth: number;
  readonly width: number;
  readonly height: number;
}

/** Sets the slots of each row under those of the row before, and says where all is. */
function gridOf(layers: readonly (readonly Slot[])[], lanes: readonly Lane[], form: Form, room: number): Grid {
  const widths = layers.map((layer) => Math.max(0, ...layer.map((slot) => slot.width)));
  const gaps = layers.slice(1).map((_, index) => gapAfter(index, lanes, form));
  const tracks = tracksOf(layers.length, lanes);
  const more = Math.max(0, ...tracks.map((each) => each.length - 1));
  // Where hundreds of wires go on, they come closer to each other.
  const widest = Math.max(0, (room - Math.max(...widths)) / 2 - form.arrowRoom);
  const trackWidth = more === 0 ? 0 : Math.min(form.trackWidth, widest / more);
  const side = Math.ceil(form.arrowRoom + more * trackWidth);
  const rows = rowsOf({ widths, gaps }, side, room);
  const lefts: number[] = [];
  const belows: number[] = [];
  let [top, width] = [0, 0];
  for (const [index, { first, last }] of rows.entries()) {
    let left = rows.length === 1 ? 0 : side;
    for (let column = first; column <= last; column++) {
      lefts.push(left);
      left += (widths[column] ?? 0) + (column < last ? (gaps[column] ?? 0) : 0);
    }
    const slots = layers.slice(first, last + 1).flat();
    const upper = Math.min(...slots.map((slot) => slot.y));
    for (const slot of slots) slot.y = Math.round(slot.y - upper + top);
    const below = Math.max(...slots.map((slot) => slot.y + slot.height));
    belows.push(below);
    width = Math.max(width, left + (index < rows.length - 1 ? side : 0));
    top = below + form.aboveTracks + Math.max(0, (tracks[last]?.length ?? 1) - 1) * form.trackHeight + form.belowTracks;
  }
  return { rows, lefts, widths, tracks, belows, trackWidth, width, height: belows.at(-1) ?? 0 };
}

/** Place a pipeline. Deterministic: the same pipeline in the same room gives the same picture. */
export function place(
  pipeline: Pipeline,
  { size: room = Infinity, counts = new Map(), form = FULL }: LayoutOptions = {},
): PipelineLayout {
  if (pipeline.nodes.length === 0) return EMPTY_LAYOUT;
  const { layers, lanes } = stacked(pipeline, counts, form);
  for (const slot of layers.flat()) slot.y = Math.round(slot.y);
  const grid = gridOf(layers, lanes, form, room);
  for (const slot of layers.flat()) if (slot.node === null) slot.width = grid.widths[slot.layer] ?? 0;
  const nodes = layers.flat().flatMap((slot) =>
    slot.node === null
      ? []
      : [
          {
            node: slot.node,
            row: rowOf(grid, slot),
            x: leftOf(grid, slot),
            y: slot.y,
            width: slot.width,
            height: slot.height,
            inputs: slot.inputs,
            outputs: slot.outputs,
          },
        ],
  );
  /** How much of each track's length labels have taken, from its right end. */
  const usedWidths = new Map<string, number>();
  const wires = lanes.flatMap((lane) => lane.wires.map((wire) => placeWire(wire, lane.slots, grid, form, usedWidths)));
  return { nodes, wires, width: grid.width, height: grid.height };
}

/** The same, remembering the last picture: a pipeline in which only lines moved is the same object again. */
export function placeOnce(): typeof place {
  let key = "";
  let last: PipelineLayout | null = null;
  return (pipeline, placing = {}) => {
    const nodes = pipeline.nodes.map(({ name, kind, detail, mark, note }) => [
      name,
      kind,
      detail,
      mark,
      note,
      placing.counts?.get(name),
    ]);
    const next = JSON.stringify([nodes, pipeline.wires, placing.size, placing.form]);
    if (last === null || next !== key) last = place(pipeline, placing);
    key = next;
    return last;
  };
}

function rowOf({ rows }: Grid, { layer }: Slot): number {
  return rows.findIndex((row) => layer <= row.last);
}

function columnLeft({ lefts }: Grid, { layer }: Slot): number {
  return lefts[layer] ?? 0;
}

function columnRight(grid: Grid, slot: Slot): number {
  return columnLeft(grid, slot) + (grid.widths[slot.layer] ?? 0);
}

function leftOf(grid: Grid, slot: Slot): number {
  return columnLeft(grid, slot) + ((grid.widths[slot.layer] ?? 0) - slot.width) / 2;
}

function placeWire(
  wire: Wire,
  slots: readonly Slot[],
  grid: Grid,
  form: Form,
  usedWidths: Map<string, number>,
): PlacedWire {
  const points: PathPoint[] = [];
  const text = labelOf(wire, form);
  let label: PathPoint | null = null;
  let isBetween = false;
  for (const [index, slot] of slots.entries()) {
    const next = slots[index + 1];
    if (next === undefined) continue;
    const [from, to] = [outputAt(slot, wire), inputAt(next, wire)];
    const [start, end] = [leftOf(grid, slot) + slot.width, leftOf(grid, next)];
    // Level to the end of its column, so that it crosses no stage in it; and level past a whole column that it skips.
    points.push({ x: start, y: from }, { x: columnRight(grid, slot), y: from });
    const row = rowOf(grid, slot);
    const isBreak = row !== rowOf(grid, next);
    if (isBreak) {
      const tracks = grid.tracks[slot.layer] ?? [];
      const track = trackOf(slot, wire);
      const turn = turnOf(tracks, track, {
        ...form,
        trackWidth: grid.trackWidth,
        right: columnRight(grid, slot),
        left: columnLeft(grid, next),
        below: grid.belows[row] ?? 0,
      });
      points.push(
        { x: turn.right, y: from },
        { x: turn.right, y: turn.level },
        { x: turn.left, y: turn.level },
        { x: turn.left, y: to },
      );
      if (label === null) {
        label = labelOn(`${slot.layer} ${track}`, turn, text, usedWidths);
        isBetween = label !== null;
      }
    }
    points.push({ x: columnLeft(grid, next), y: to }, { x: end, y: to });
    if (index === 0 && !isBreak) label = labelAt({ x: start, y: from }, { x: end, y: to }, text);
  }
  return {
    wire,
    points: simplified(points),
    text: label === null ? "" : text,
    isBetween,
    label: label ?? { x: 0, y: 0 },
  };
}

/** In the middle of a level wire; where it bends, over the level end, clear of the curve. */
function labelAt(from: PathPoint, to: PathPoint, text: string): PathPoint {
  return from.y === to.y
    ? { x: (from.x + to.x) / 2, y: from.y }
    : { x: to.x - LABEL_END - labelWidth(text.length) / 2, y: to.y };
}

/** Over the way between two rows, beside the labels of the wires that go there along with it; null where there is no room. */
function labelOn(track: string, turn: Turn, text: string, usedWidths: Map<string, number>): PathPoint | null {
  if (text === "") return null;
  const width = labelWidth(text.length);
  const used = usedWidths.get(track) ?? 0;
  if (used > 0 && used + width > turn.right - turn.left - 2 * LABEL_END) return null;
  usedWidths.set(track, used + width + LABEL_ROOM);
  return { x: Math.max(width / 2, turn.right - LABEL_END - used - width / 2), y: turn.level };
}

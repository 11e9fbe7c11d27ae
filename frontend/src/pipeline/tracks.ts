// The ways of wires from the end of one row to the beginning of the next: out at the right, back between the two rows, and
// in at the left, each on a track of its own, those of one output on one. Pure.
import type { Lane, Slot } from "./slots";
import type { Wire } from "./types";

/** The tracks between a layer and the next, by what goes along them, from the topmost to the lowest where they begin. */
export type Tracks = readonly string[];

export function outputAt(slot: Slot, wire: Wire): number {
  return slot.y + (slot.node === null ? slot.height / 2 : (slot.outputs[wire.source_index] ?? slot.height / 2));
}

export function inputAt(slot: Slot, wire: Wire): number {
  return slot.y + (slot.node === null ? slot.height / 2 : (slot.inputs[wire.target_index] ?? slot.height / 2));
}

/** The key of the output of a stage, or of the lane from further left, that goes along a track. */
export function trackOf(slot: Slot, wire: Wire): string {
  return JSON.stringify(slot.node === null ? [wire.source, wire.target] : [wire.source, wire.source_index, ""]);
}

/** For each layer but the last. */
export function tracksOf(layers: number, lanes: readonly Lane[]): readonly Tracks[] {
  const byLayer: Map<string, number>[] = Array.from(
    { length: Math.max(0, layers - 1) },
    () => new Map<string, number>(),
  );
  for (const { wires, slots } of lanes) {
    for (const slot of slots.slice(0, -1))
      for (const wire of wires) byLayer[slot.layer]?.set(trackOf(slot, wire), outputAt(slot, wire));
  }
  return byLayer.map((tracks) => [...tracks].toSorted(([, one], [, other]) => one - other).map(([track]) => track));
}

/** Where a track turns: right of its row, between the rows, left of the next row. */
export interface Turn {
  readonly right: number;
  readonly level: number;
  readonly left: number;
}

export interface RowGap {
  /** The right end of the upper row's columns, and the left end of the lower row's. */
  readonly right: number;
  readonly left: number;
  /** The lower end of the upper row. */
  readonly below: number;
  readonly trackWidth: number;
  readonly trackHeight: number;
  readonly aboveTracks: number;
  readonly arrowRoom: number;
}

/** The upper ones lie around the lower ones, so that no two cross on their way. */
export function turnOf(tracks: Tracks, track: string, gap: RowGap): Turn {
  const index = Math.max(0, tracks.indexOf(track));
  const inner = tracks.length - 1 - index;
  return {
    right: gap.right + gap.arrowRoom / 2 + inner * gap.trackWidth,
    level: gap.below + gap.aboveTracks + inner * gap.trackHeight,
    left: gap.left - gap.arrowRoom + 2 - index * gap.trackWidth,
  };
}

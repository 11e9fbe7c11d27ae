// Where a new stage goes: behind an output, or into a wire. Pure.
import type { OutlineNode, OutlineWire } from "../../api/schema";
import type { PaletteItem, Port } from "../edits/graph-requests";

export interface Spot {
  readonly after: Port | null;
  readonly into: OutlineWire | null;
}

const NOWHERE: Spot = { after: null, into: null };

/** Behind the first output of a stage that has one. */
export function behindStage(node: OutlineNode | null): Spot {
  return node === null || node.kind === "output" ? NOWHERE : { after: { stage: node.name, index: 0 }, into: null };
}

/** Between the ends of a wire. */
export function intoWire(wire: OutlineWire): Spot {
  return { after: { stage: wire.source, index: wire.source_index }, into: wire };
}

/** The input that reads from the new stage: the end of the wire that it comes into, where it has an output and reads. */
export function fedBy(item: PaletteItem, { into }: Spot): Port | null {
  if (into === null || item.kind === "output" || item.kind === "capability") return null;
  return { stage: into.target, index: into.target_index };
}

// The measures of a picture, in pixels: in full, or small for a card. Only numbers.
import type { Stage, Wire } from "./types";

export interface Form {
  readonly nodeHeight: number;
  readonly nodeLeast: number;
  readonly nodeMost: number;
  /** The width of a node beside its text. */
  readonly nodeEdges: number;
  /** Whether the second line of a node, what the stage is, is drawn. */
  readonly hasDetail: boolean;
  readonly noteHeight: number;
  /** Whether wires say what flows in them. */
  readonly hasTypes: boolean;
  /** Between two nodes that stand above each other. */
  readonly nodeGap: number;
  readonly bendHeight: number;
  /** Between two columns. */
  readonly wireLeast: number;
  /** Between two ports of one edge, and what a column of ports leaves free above and below. */
  readonly portGap: number;
  readonly portMargin: number;
  /** Between two wires that go to another row: beside the rows and between them. */
  readonly trackWidth: number;
  readonly trackHeight: number;
  /** Free above the first and below the last of the wires between two rows. */
  readonly aboveTracks: number;
  readonly belowTracks: number;
  /** The level end of a wire before a node at the beginning of a row, where its arrow stands. */
  readonly arrowRoom: number;
}

export const FULL: Form = {
  nodeHeight: 50,
  nodeLeast: 80,
  nodeMost: 136,
  nodeEdges: 26,
  hasDetail: true,
  noteHeight: 15,
  hasTypes: true,
  nodeGap: 18,
  bendHeight: 16,
  wireLeast: 48,
  portGap: 18,
  portMargin: 14,
  trackWidth: 8,
  trackHeight: 18,
  aboveTracks: 24,
  belowTracks: 14,
  arrowRoom: 18,
};

/** The room for what a stage gives, and what keeps it from the stage's words: as `.node-value` has it in look/pipeline.css. */
const SLOT_HEIGHT = 64;
const SLOT_GAP = 6;
const SLOT_LEAST = 88;

/** The same with room in each node for what its stage gives. */
export function withSlots(form: Form): Form {
  const nodeHeight = form.nodeHeight + SLOT_HEIGHT + SLOT_GAP;
  return { ...form, nodeHeight, nodeLeast: Math.max(form.nodeLeast, SLOT_LEAST) };
}

/** On one row above a text: what flows in the wires is shown elsewhere. */
export const ROW: Form = { ...FULL, nodeMost: 116, hasTypes: false, nodeGap: 12, wireLeast: 36 };

/** In the width of a phone: three stages beside each other rather than one; the text and the list tell what flows. */
export const PHONE: Form = {
  ...FULL,
  nodeLeast: 62,
  nodeMost: 100,
  nodeEdges: 22,
  hasTypes: false,
  nodeGap: 10,
  bendHeight: 10,
  wireLeast: 20,
  trackHeight: 10,
  aboveTracks: 10,
  belowTracks: 10,
  arrowRoom: 14,
};

export const SMALL: Form = {
  nodeHeight: 27,
  nodeLeast: 34,
  nodeMost: 116,
  nodeEdges: 18,
  hasDetail: false,
  noteHeight: 0,
  hasTypes: false,
  nodeGap: 8,
  bendHeight: 4,
  wireLeast: 22,
  portGap: 7,
  portMargin: 6,
  trackWidth: 5,
  trackHeight: 5,
  aboveTracks: 8,
  belowTracks: 8,
  arrowRoom: 12,
};

/** The width of a character of IBM Plex Mono at 11 px. */
const MONO_CHARACTER = 6.6;
/** And of IBM Plex Sans 600 at 12 px: of narrow, wide and other characters, each a little more than its widest. */
const NARROW = /[fijlrtI.,:;'|!() -]/u;
const WIDE = /[mwMW@%]/u;
const [NARROW_CHARACTER, WIDE_CHARACTER, OTHER_CHARACTER] = [5.1, 11, 7.6];

/** The room that a name needs, in pixels. */
export function nameWidth(name: string): number {
  return [...name].reduce(
    (width, character) =>
      width + (NARROW.test(character) ? NARROW_CHARACTER : WIDE.test(character) ? WIDE_CHARACTER : OTHER_CHARACTER),
    0,
  );
}

export function nodeWidth(stage: Stage, form: Form): number {
  const { name, title, detail, note } = stage;
  const text = Math.max(
    nameWidth(title ?? name),
    form.hasDetail ? detail.length * MONO_CHARACTER : 0,
    form.noteHeight > 0 ? nameWidth(note ?? "") : 0,
  );
  return Math.ceil(Math.min(form.nodeMost, Math.max(form.nodeLeast, text + form.nodeEdges)));
}

/** The label of a wire: its tensor's type without spaces, since room is scarce. */
export function labelOf(wire: Wire, form: Form): string {
  return form.hasTypes ? (wire.type ?? "").replaceAll(" ", "") : "";
}

export function labelWidth(letters: number): number {
  return letters * MONO_CHARACTER;
}

// A model's layers laid out from the top down: rows by their way from the inputs, repeated stretches folded. Pure.
import type { DrawnModel, Layer } from "../../../api/schema";

/** A stretch of layers that stands as one box: a single layer, or a run of the same few again and again. */
export interface Block {
  readonly id: string;
  /** Indices of its layers, in order. */
  readonly layers: readonly number[];
  /** How often the pattern of a folded run comes; 1 for a single layer. */
  readonly times: number;
  /** The ops of the pattern. */
  readonly ops: readonly string[];
}

export interface PlacedBlock extends Block {
  readonly row: number;
  readonly column: number;
}

export interface Edge {
  /** Ids of blocks; "in 0" and "out 0" for the model's ends. */
  readonly from: string;
  readonly to: string;
  readonly shape: string;
}

export interface Layout {
  readonly blocks: readonly PlacedBlock[];
  readonly edges: readonly Edge[];
  readonly rows: number;
  readonly columns: number;
}

/** Runs shorter than this are read faster than unfolded. */
const LEAST_REPEATS = 3;
/** Layers of the longest pattern that is looked for. */
const LONGEST_PATTERN = 12;

/** The signature by which layers count as the same: what it does, not its sizes. */
function kindOf(layer: Layer, index: number): string {
  // How far back each input comes from is a part of the pattern, so that a folded run is a run and no tangle.
  const ways = layer.reads.map((read) => (read < 0 ? "in" : index - read));
  return `${layer.op} ${layer.types} ${ways.join(",")}`;
}

/** The layers as blocks: where a pattern comes three times and more in a row, it becomes one. `open` blocks stay unfolded. */
export function blocksOf(nodes: readonly Layer[], open: ReadonlySet<string>): readonly Block[] {
  const kinds = nodes.map(kindOf);
  const blocks: Block[] = [];
  const single = (index: number): Block => ({
    id: String(index),
    layers: [index],
    times: 1,
    ops: [nodes[index]?.op ?? ""],
  });
  let place = 0;
  while (place < nodes.length) {
    const { length, times } = longestRun(kinds, place);
    if (times < LEAST_REPEATS) {
      blocks.push(single(place));
      place += 1;
      continue;
    }
    const layers = Array.from({ length: length * times }, (_, step) => place + step);
    const id = `${place}-${place + layers.length - 1}`;
    if (open.has(id)) blocks.push(...layers.map(single));
    else blocks.push({ id, layers, times, ops: layers.slice(0, length).map((index) => nodes[index]?.op ?? "") });
    place += layers.length;
  }
  return blocks;
}

function longestRun(kinds: readonly string[], start: number): { readonly length: number; readonly times: number } {
  let best = { length: 1, times: 1 };
  for (let length = 1; length <= LONGEST_PATTERN && start + length * LEAST_REPEATS <= kinds.length; length++) {
    let times = 1;
    while (same(kinds, start, start + length * times, length)) times += 1;
    if (times >= LEAST_REPEATS && length * times > best.length * best.times) best = { length, times };
  }
  return best;
}

function same(kinds: readonly string[], one: number, other: number, length: number): boolean {
  if (other + length > kinds.length) return false;
  for (let step = 0; step < length; step++) if (kinds[one + step] !== kinds[other + step]) return false;
  return true;
}

/** Where each block stands. Layers run in the order of the file, so each is below all that it reads. */
export function layoutOf(graph: DrawnModel["graph"], blocks: readonly Block[]): Layout {
  const blockOf = new Map<number, string>();
  for (const block of blocks) for (const layer of block.layers) blockOf.set(layer, block.id);
  const row = new Map<string, number>();
  const edges: Edge[] = [];
  const placedBlocks: PlacedBlock[] = [];
  for (const block of blocks) {
    const sources = new Map<string, string>();
    for (const index of block.layers) {
      for (const read of graph.nodes[index]?.reads ?? []) {
        const from = read < 0 ? `in ${-1 - read}` : (blockOf.get(read) ?? "");
        if (from === block.id || from === "") continue;
        sources.set(from, (read < 0 ? graph.inputs[-1 - read]?.shape : graph.nodes[read]?.outputs[0]) ?? "");
      }
    }
    const place = 1 + Math.max(0, ...[...sources.keys()].map((from) => row.get(from) ?? 0));
    row.set(block.id, place);
    placedBlocks.push({ ...block, row: place, column: 0 });
    for (const [from, shape] of sources) edges.push({ from, to: block.id, shape });
  }
  for (const [index, { from, shape }] of graph.outputs.entries()) {
    if (from !== null)
      edges.push({ from: from < 0 ? `in ${-1 - from}` : (blockOf.get(from) ?? ""), to: `out ${index}`, shape });
  }
  const blocksInColumns = withColumns(placedBlocks, edges);
  const columns = blocksInColumns.reduce(
    (most, { column }) => Math.max(most, column + 1),
    Math.max(1, graph.inputs.length, graph.outputs.length),
  );
  return {
    blocks: blocksInColumns,
    edges,
    rows: blocksInColumns.reduce((most, { row: place }) => Math.max(most, place), 0) + 1,
    columns,
  };
}

/** Side branches stand just above what reads them, to the right of the longest way, which is the first column. */
function withColumns(placedBlocks: readonly PlacedBlock[], edges: readonly Edge[]): readonly PlacedBlock[] {
  const late = new Map(placedBlocks.map((block) => [block.id, block.row]));
  const readers = new Map<string, string[]>();
  for (const { from, to } of edges)
    if (late.has(from) && late.has(to)) readers.set(from, [...(readers.get(from) ?? []), to]);
  for (const { id } of placedBlocks.toReversed()) {
    const rows = (readers.get(id) ?? []).map((reader) => late.get(reader) ?? 1);
    if (rows.length > 0) late.set(id, Math.min(...rows) - 1);
  }
  const usedColumns = new Map<number, number>();
  const column = new Map<string, number>();
  const isOnWay = (block: PlacedBlock): boolean => late.get(block.id) === block.row;
  for (const block of [...placedBlocks.filter(isOnWay), ...placedBlocks.filter((each) => !isOnWay(each))]) {
    const row = late.get(block.id) ?? block.row;
    column.set(block.id, usedColumns.get(row) ?? 0);
    usedColumns.set(row, (usedColumns.get(row) ?? 0) + 1);
  }
  return placedBlocks.map((block) => ({
    ...block,
    row: late.get(block.id) ?? block.row,
    column: column.get(block.id) ?? 0,
  }));
}

/** A shape without its type and its first 1, as short as it can be: `49×10×64`. */
export function shortShape(shape: string): string {
  const inside = /\[(.*)\]/.exec(shape)?.[1] ?? shape;
  const sides = inside.split(",").map((side) => side.trim());
  return (sides.length > 1 && sides[0] === "1" ? sides.slice(1) : sides).join("×");
}

/** CONV_2D as people say it: Conv 2D. */
export function opName(op: string): string {
  return op
    .replace(/^CUSTOM:/, "")
    .split("_")
    .map((part) => (/^\d/.test(part) || part.length < 2 ? part : part[0] + part.slice(1).toLowerCase()))
    .join(" ");
}

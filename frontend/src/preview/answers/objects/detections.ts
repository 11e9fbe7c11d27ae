// The outputs of a rune that say which objects are in a picture, read as one answer: counts and positions of `count_on_grid`,
// and the boxes of `nms` and `object_filter`. Pure.
import type { OutputTensor } from "../../../runtime";
import type { Card } from "../../readings/readings";
import { blockOf, entries, isBlock, list, partsOf, sentBy, type Entries, type GraphParts } from "../graph";
import { kindsOf, orderedKinds, type ObjectCount, type ObjectKind, type ObjectMark } from "./objects";

/** An answer of objects, and the tensor of the positions where another output sends them. */
export interface Detection {
  readonly count: ObjectCount;
  readonly positions: OutputTensor | null;
}

export interface Detections {
  /** The detections by the key of the card that shows them. */
  readonly byCard: ReadonlyMap<string, Detection>;
  /** The keys of cards whose outputs another card shows. */
  readonly joinedKeys: ReadonlySet<string>;
}

export const NO_DETECTIONS: Detections = { byCard: new Map(), joinedKeys: new Set() };

interface Picture {
  readonly width: number;
  readonly height: number;
}

/** `picture` are the sides of the picture in pixels; null where the rune reads none. */
export function detectionsOf(
  graph: object | null,
  cards: readonly Card[],
  wordlists: readonly (readonly string[])[],
  picture: Picture | null,
): Detections {
  const parts = partsOf(graph);
  const byCard = new Map<string, Detection>();
  const joinedKeys = new Set<string>();
  for (const card of cards) {
    const block = blockBehind(card, parts);
    if (block === undefined || card.tensor.type === "utf8" || !isDetector(block)) continue;
    if (!isBlock(block, "count_on_grid")) {
      const format = isBlock(block, "nms") ? "nms" : "object_filter";
      const marks = boxMarks(card.tensor, format, picture, wordlists);
      if (marks !== null) byCard.set(card.key, { count: counted(marks, block), positions: null });
      continue;
    }
    const [counts, positions] = list(block.outputs);
    const tensor = sentBy(card.stage, parts);
    if (tensor === positions) {
      const isJoined = cards.some((each) => sentBy(each.stage, parts) === counts);
      if (isJoined) joinedKeys.add(card.key);
      else
        byCard.set(card.key, {
          count: counted(gridMarks(card.tensor, block, parts, wordlists), block),
          positions: null,
        });
      continue;
    }
    const positionCard = cards.find((each) => sentBy(each.stage, parts) === positions);
    const marks = positionCard === undefined ? [] : gridMarks(positionCard.tensor, block, parts, wordlists);
    byCard.set(card.key, {
      count: { ...counted(marks, block), kinds: kindsOfCounts(card.tensor, wordlists) },
      positions: positionCard?.tensor ?? null,
    });
  }
  return byCard.size === 0 ? NO_DETECTIONS : { byCard, joinedKeys };
}

const DETECTORS = ["count_on_grid", "nms", "object_filter"];

function isDetector(block: Entries): boolean {
  return DETECTORS.some((name) => isBlock(block, name));
}

function blockBehind(card: Card, parts: GraphParts): Entries | undefined {
  const tensor = sentBy(card.stage, parts);
  return tensor === undefined || card.index > 0 ? undefined : blockOf(parts.blocks, tensor);
}

function counted(marks: readonly ObjectMark[], block: Entries): ObjectCount {
  const { threshold } = entries(block.args);
  const share = threshold === undefined ? NaN : Number(threshold);
  return { kinds: kindsOf(marks), marks, threshold: share >= 0 && share <= 1 ? share : null };
}

/** The counts of labels, in their order. */
function kindsOfCounts({ elements }: OutputTensor, wordlists: readonly (readonly string[])[]): readonly ObjectKind[] {
  const words = wordlists.find(({ length }) => length === elements.length);
  return orderedKinds(
    elements.map((value, index) => ({ index, name: words?.[index] ?? kindName(index), count: Number(value) })),
  );
}

/** Cells of a grid that the mark of an object spans, and the limits of its sides as shares of the picture's. */
const CELLS = 3;
const [LEAST_SIDE, MOST_SIDE] = [0.08, 0.2];
const ROW = 4;

/** Rows of label, x, y and score: the middle of an object is known, and not its size. */
function gridMarks(
  { elements }: OutputTensor,
  block: Entries,
  { tensors }: GraphParts,
  wordlists: readonly (readonly string[])[],
): readonly ObjectMark[] {
  const [, rows, columns, classes] = list(entries(tensors[list(block.inputs)[0] ?? ""]).dimensions).map(Number);
  const words = wordlists.find(({ length }) => length + 1 === classes);
  const [width, height] = [columns, rows].map(sideOf);
  return rowsOf(elements, ROW).map(([label = 0, x = 0, y = 0, score = NaN]) => ({
    left: x - (width ?? LEAST_SIDE) / 2,
    top: y - (height ?? LEAST_SIDE) / 2,
    width: width ?? LEAST_SIDE,
    height: height ?? LEAST_SIDE,
    kind: { index: label, name: words?.[label] ?? kindName(label) },
    share: shareOf(score),
    isCounted: true,
  }));
}

function sideOf(cells = 0): number {
  return cells > 0 ? Math.max(LEAST_SIDE, Math.min(MOST_SIDE, CELLS / cells)) : LEAST_SIDE;
}

const BOX_ROW = 6;

/** Rows of a box, its score and its class: two corners of `nms`, the middle and the sides of `object_filter`. */
function boxMarks(
  { dimensions, elements }: OutputTensor,
  format: "nms" | "object_filter",
  picture: Picture | null,
  wordlists: readonly (readonly string[])[],
): readonly ObjectMark[] | null {
  if (dimensions.at(-1) !== BOX_ROW) return null;
  const rows = rowsOf(elements, BOX_ROW);
  const isShare = rows.every((row) => row.slice(0, 4).every((value) => Math.abs(value) <= 2));
  const scale = isShare || picture === null ? { x: 1, y: 1 } : { x: 1 / picture.width, y: 1 / picture.height };
  const top = Math.max(-1, ...rows.map((row) => row[5] ?? 0));
  const [words, ...others] = wordlists.filter(({ length }) => length > top);
  return rows.map(([a = 0, b = 0, c = 0, d = 0, score = NaN, label = 0]) => {
    const [left, upper, width, height] =
      format === "nms"
        ? [Math.min(b, d), Math.min(a, c), Math.abs(d - b), Math.abs(c - a)]
        : [a - d / 2, b - c / 2, d, c];
    return {
      left: left * scale.x,
      top: upper * scale.y,
      width: width * scale.x,
      height: height * scale.y,
      kind: { index: label, name: (others.length === 0 ? words?.[label] : undefined) ?? kindName(label) },
      share: shareOf(score),
      isCounted: true,
    };
  });
}

/** Marks below the threshold that are shown, and how near to it they are: a detector gives hundreds of faint ones. */
const MOST_FAINT = 5;
const FAINT = 0.5;

/** A box of a detector whose outputs its person reads as boxes. */
interface ScoredBox extends Omit<ObjectMark, "kind" | "share" | "isCounted"> {
  readonly score: number | null;
  readonly label: number | null;
}

/** The objects of boxes: those from `threshold` on count, and a few that are near to it are shown. */
export function objectsOfBoxes(
  boxes: readonly ScoredBox[],
  threshold: number,
  wordlists: readonly (readonly string[])[],
): ObjectCount {
  const top = Math.max(-1, ...boxes.map(({ label }) => label ?? -1));
  const [words, ...others] = wordlists.filter(({ length }) => length > top);
  const marks = boxes.map(({ score, label, ...sides }): ObjectMark => {
    const name = label === null ? "object" : ((others.length === 0 ? words?.[label] : undefined) ?? kindName(label));
    const isCounted = score === null || score >= threshold;
    return { ...sides, kind: { index: label ?? 0, name }, share: score, isCounted };
  });
  const faint = marks
    .filter(({ share, isCounted }) => !isCounted && (share ?? 0) >= FAINT * threshold)
    .toSorted((one, other) => (other.share ?? 0) - (one.share ?? 0))
    .slice(0, MOST_FAINT);
  const shown = marks.filter(({ isCounted }) => isCounted);
  const isScored = boxes.length === 0 || boxes.some(({ score }) => score !== null);
  return { kinds: kindsOf(shown), marks: [...shown, ...faint], threshold: isScored ? threshold : null };
}

/** The name of a kind that no list of labels names. */
function kindName(index: number): string {
  return `class ${index}`;
}

function shareOf(score: number): number | null {
  return score >= 0 && score <= 1 ? score : null;
}

function rowsOf(elements: OutputTensor["elements"], columns: number): readonly (readonly number[])[] {
  const numbers = elements.map(Number);
  return Array.from({ length: Math.floor(numbers.length / columns) }, (_, row) =>
    numbers.slice(row * columns, (row + 1) * columns),
  );
}

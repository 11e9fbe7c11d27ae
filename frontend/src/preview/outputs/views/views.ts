// The ways to look at what an output sent, and which of them make sense. Pure.
import type { OutputTensor } from "../../../runtime";
import type { Card } from "../../readings/readings";
import { LEAST_SIDE, tableOf } from "../../readings/tables";

export type OutputView =
  | "label"
  | "objects"
  | "bars"
  | "chart"
  | "line"
  | "map"
  | "image"
  | "boxes"
  | "points"
  | "histogram"
  | "text"
  | "json";

export const VIEW_NAMES: Readonly<Record<OutputView, string>> = {
  label: "Label",
  objects: "Objects",
  bars: "Scores",
  chart: "Chart",
  line: "Line",
  map: "Heat map",
  image: "Image",
  boxes: "Boxes",
  points: "Key points",
  histogram: "Histogram",
  text: "Text",
  json: "JSON",
};

/**
 * The best first. `hasPicture`: the rune reads a picture, over which boxes and points can be drawn. `hasObjects`: the graph
 * says that the output is of objects in it.
 */
export function viewsOf(card: Card, hasPicture: boolean, hasObjects = false): readonly [OutputView, ...OutputView[]] {
  if (hasObjects) return ["objects", ...viewsOf(card, false)];
  const chart: OutputView[] = card.past.length > 0 ? ["chart"] : [];
  switch (card.kind) {
    case "word":
      return ["label", ...chart, "text", "json"];
    case "texts":
      return ["text", "json"];
    case "number":
      return ["chart", "text", "json"];
    case "scores":
      return [...placesOf(card.tensor, hasPicture), "bars", ...chart, "line", "text", "json"] as unknown as readonly [
        OutputView,
        ...OutputView[],
      ];
    case "image":
      return ["image", "map", "histogram", "json"];
    case "values":
      return tensorViews(card.tensor, hasPicture);
  }
}

/** Returns the views of a tensor that is nothing but numbers, such as what flows in a wire. */
export function tensorViews(tensor: OutputTensor, hasPicture = false): readonly [OutputView, ...OutputView[]] {
  if (tensor.type === "utf8") return ["text", "json"];
  const places = placesOf(tensor, hasPicture);
  const image: OutputView[] = sidesOf(tensor) === null ? [] : ["image"];
  const isPicture = tensor.dimensions.length === 4 && image.length > 0;
  const chartView: OutputView = tableOf(tensor) === null ? "line" : "map";
  const visualViews: OutputView[] = isPicture ? [...places, "image", chartView] : [...places, chartView, ...image];
  return [...visualViews, "histogram", "text", "json"] as unknown as readonly [OutputView, ...OutputView[]];
}

function placesOf(tensor: OutputTensor, hasPicture: boolean): OutputView[] {
  if (!hasPicture) return [];
  return [
    ...(boxCount(tensor) === null ? [] : ["boxes" as const]),
    ...(pointCount(tensor) === null ? [] : ["points" as const]),
  ];
}

/** Height, width and channels of what can be shown as a picture: `[1, h, w, c]`, `[h, w, c]` or `[h, w]`. */
export function sidesOf({
  dimensions,
  elements,
  type,
}: OutputTensor): { height: number; width: number; channels: number } | null {
  if (type === "utf8") return null;
  const rest = dimensions.length > 2 && dimensions[0] === 1 ? dimensions.slice(1) : dimensions;
  const [height = 0, width = 0, channels = 1] = rest;
  if (rest.length < 2 || rest.length > 3 || height < LEAST_SIDE || width < LEAST_SIDE) return null;
  // Without channels there are no numbers, and the sides may be of any size.
  if (channels < 1 || height * width * channels !== elements.length) return null;
  return { height, width, channels };
}

/** How many boxes of four numbers there are: `[1, n, 4]` or `[n, 4]` of floats. */
export function boxCount({ type, dimensions }: OutputTensor): number | null {
  if (!type.startsWith("f") || dimensions.at(-1) !== 4) return null;
  const rest = dimensions.slice(0, -1).filter((size) => size !== 1);
  return rest.length <= 1 && dimensions.length >= 2 ? (rest[0] ?? 1) : null;
}

/** How many key points of two or three numbers there are: `[1, 1, 17, 3]`, `[17, 2]`. */
export function pointCount({ type, dimensions }: OutputTensor): number | null {
  const last = dimensions.at(-1);
  if (!type.startsWith("f") || (last !== 2 && last !== 3)) return null;
  const rest = dimensions.slice(0, -1).filter((size) => size !== 1);
  return rest.length === 1 && (rest[0] ?? 0) >= 4 ? (rest[0] ?? null) : null;
}

/** The order of a box's numbers. TensorFlow's detectors give the first. */
export type BoxOrder = "yxyx" | "xyxy" | "xywh";
export const BOX_ORDERS: Readonly<Record<BoxOrder, string>> = {
  yxyx: "top, left, bottom, right",
  xyxy: "left, top, right, bottom",
  xywh: "middle, width, height",
};

export interface Box {
  /** Shares of the picture's sides, 0 to 1. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly score: number | null;
  /** The number of its class; null where no output says it. */
  readonly label: number | null;
}

/** The boxes, each with the score and class that other outputs of as many numbers give. */
export function boxesOf(
  tensor: OutputTensor,
  beside: readonly OutputTensor[],
  order: BoxOrder,
  sides: { width: number; height: number },
): readonly Box[] {
  const count = boxCount(tensor) ?? 0;
  const numbers = tensor.elements.map(Number);
  const scale = isShare(numbers) ? { x: 1, y: 1 } : { x: 1 / sides.width, y: 1 / sides.height };
  const rows = beside
    .filter(({ type, elements }) => type !== "utf8" && elements.length === count)
    .map(({ elements }) => elements.map(Number));
  const scores =
    rows.find(
      (row) => row.every((value) => value >= 0 && value <= 1) && row.some((value) => !Number.isInteger(value)),
    ) ?? null;
  const classes = rows.find((row) => row !== scores && row.every(Number.isInteger)) ?? null;
  return Array.from({ length: count }, (_, index) => {
    const [a = 0, b = 0, c = 0, d = 0] = numbers.slice(index * 4, index * 4 + 4);
    const corners =
      order === "yxyx"
        ? { left: b, top: a, right: d, bottom: c }
        : order === "xyxy"
          ? { left: a, top: b, right: c, bottom: d }
          : { left: a - c / 2, top: b - d / 2, right: a + c / 2, bottom: b + d / 2 };
    const score = scores?.[index] ?? null;
    return {
      left: corners.left * scale.x,
      top: corners.top * scale.y,
      width: (corners.right - corners.left) * scale.x,
      height: (corners.bottom - corners.top) * scale.y,
      score,
      label: classes?.[index] ?? null,
    };
  }).filter((box) => box.width > 0 && box.height > 0);
}

export interface KeyPoint {
  readonly x: number;
  readonly y: number;
  readonly score: number | null;
}

/** Key points as shares of the picture's sides; each is given as y, x and, where there are three numbers, how sure it is. */
export function pointsOf(
  tensor: OutputTensor,
  sides: { width: number; height: number },
  least: number,
): readonly KeyPoint[] {
  const count = pointCount(tensor) ?? 0;
  const step = tensor.dimensions.at(-1) ?? 2;
  const numbers = tensor.elements.map(Number);
  const places = numbers.filter((_, index) => index % step < 2);
  const scale = isShare(places) ? { x: 1, y: 1 } : { x: 1 / sides.width, y: 1 / sides.height };
  return Array.from({ length: count }, (_, index) => ({
    y: (numbers[index * step] ?? 0) * scale.y,
    x: (numbers[index * step + 1] ?? 0) * scale.x,
    score: step === 3 ? (numbers[index * step + 2] ?? 0) : null,
  })).filter(({ score }) => score === null || score >= least);
}

/** Shares of a side, and not pixels; detectors go a little beyond the edges. */
function isShare(numbers: readonly number[]): boolean {
  return numbers.every((value) => Math.abs(value) <= 2);
}

export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  /** How many values fall into each of equal parts between low and high. */
  readonly counts: readonly number[];
  /** Values that are no number, or infinite. */
  readonly odd: number;
}

export function histogramOf(values: readonly number[], parts = 32): Histogram {
  let [low, high, sum, finite] = [Infinity, -Infinity, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
    finite += 1;
  }
  const counts = Array<number>(parts).fill(0);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const part = high === low ? 0 : Math.min(parts - 1, Math.floor(((value - low) / (high - low)) * parts));
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return { low, high, mean: sum / finite, counts, odd: values.length - finite };
}

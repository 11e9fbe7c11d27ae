// The bins in which a rune counts its answers, from its section, which is foreign. The same as rune/watch/layout.py.
import { isRecord } from "../records";
import { textOf } from "../text";
import { customSections, type Section } from "./sections";
import type { ConfidenceBins, FeatureBins, LabelBins, WatchLayout } from "../watch-layout";

const MOST_LABELS = 12;
const MOST_BINS = 16;
const MOST_FEATURES = 2;
const LONGEST_NAME = 200;
const STATISTICS: readonly string[] = ["level", "mean"];

/** The number of bins of labels, of confidence, and of each feature: the order of the rune's counters. */
export function groupSizes({ labels, confidence, features }: WatchLayout): number[] {
  return [
    labels?.names.length ?? 0,
    confidence === null ? 0 : confidence.edges.length + 1,
    ...features.map(({ edges }) => edges.length + 1),
  ];
}

/** Null for a rune that counts nothing, or whose bins cannot be read. */
export function watchLayout(sections: readonly Section[]): WatchLayout | null {
  try {
    const [section] = customSections(sections, "rune_watch");
    if (section === undefined) return null;
    const value: unknown = JSON.parse(textOf(section));
    return isRecord(value) && isRecord(value.layout) ? readLayout(value.layout) : null;
  } catch {
    return null;
  }
}

function readLayout(value: Readonly<Record<string, unknown>>): WatchLayout | null {
  const labels = isRecord(value.labels) ? readLabels(value.labels) : null;
  const confidence = isRecord(value.confidence) ? readConfidence(value.confidence) : null;
  const features = Array.isArray(value.features) ? value.features.map(readFeature) : [];
  const isWhole =
    (labels !== null || (value.labels === undefined && confidence === null)) &&
    (confidence !== null || value.confidence === undefined) &&
    (Array.isArray(value.features) || value.features === undefined) &&
    features.length <= MOST_FEATURES;
  const known = features.filter((feature) => feature !== null);
  return isWhole && known.length === features.length ? { labels, confidence, features: known } : null;
}

function readLabels({ names, bins }: Readonly<Record<string, unknown>>): LabelBins | null {
  if (!Array.isArray(names) || !Array.isArray(bins) || names.length < 1 || names.length > MOST_LABELS) return null;
  const texts = names.filter((name) => typeof name === "string" && name.length <= LONGEST_NAME) as string[];
  const numbers = bins.filter((bin) => Number.isInteger(bin) && Number(bin) >= 0 && Number(bin) < names.length);
  const isWhole = texts.length === names.length && numbers.length === bins.length;
  return isWhole && new Set(numbers).size === names.length ? { names: texts, bins: numbers as number[] } : null;
}

function readConfidence({
  edges,
  scale,
  zero_point: zeroPoint,
}: Readonly<Record<string, unknown>>): ConfidenceBins | null {
  const numbers = readEdges(edges);
  if (numbers === null || typeof scale !== "number" || typeof zeroPoint !== "number" || scale <= 0) return null;
  return { edges: numbers, scale, zeroPoint };
}

function readFeature(value: unknown): FeatureBins | null {
  if (!isRecord(value)) return null;
  const { stage, output, statistic } = value;
  const edges = readEdges(value.edges);
  if (edges === null || typeof stage !== "string" || stage === "" || stage.length > LONGEST_NAME) return null;
  if (!Number.isInteger(output) || Number(output) < 0) return null;
  if (typeof statistic !== "string" || !STATISTICS.includes(statistic)) return null;
  return { stage, output: Number(output), statistic: statistic as FeatureBins["statistic"], edges };
}

/** Numbers that rise. */
function readEdges(value: unknown): readonly number[] | null {
  if (!Array.isArray(value) || value.length >= MOST_BINS) return null;
  const numbers = value.filter((edge) => typeof edge === "number" && Number.isFinite(edge)) as number[];
  const isRising = numbers.every((edge, index) => index === 0 || edge > (numbers[index - 1] ?? Infinity));
  return numbers.length === value.length && isRising ? numbers : null;
}

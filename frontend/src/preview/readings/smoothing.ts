// Whether a rune averages its scores itself, so that the preview does not do it a second time and come late. Pure.
import { DEFAULT_CALLING, type Calling } from "./readings";

type Entries = Readonly<Record<string, unknown>>;
const SMOOTHING = /(?:^|[#/])moving_average$/;

/** The calling that a rune begins with: a rune that gives the mean of its windows is called by each of them. */
export function callingOf({ graph }: { readonly graph: object | null }): Calling {
  return isSmoothed(graph) ? { ...DEFAULT_CALLING, windows: 1 } : DEFAULT_CALLING;
}

/** Whether all outputs of probabilities come from a block that averages. */
export function isSmoothed(graph: object | null): boolean {
  const { outputs, tensors, "proc-blocks": blocks } = entries(graph);
  const sources = sourcesOf(entries(blocks));
  const scores = Object.values(entries(outputs))
    .flatMap((output) => list(entries(output).inputs))
    .filter((tensor) => entries(entries(tensors)[tensor]).probability === true);
  return scores.length > 0 && scores.every((tensor) => comesFromMean(tensor, sources));
}

function comesFromMean(tensor: string, sources: ReadonlyMap<string, Entries>): boolean {
  const seen = new Set<string>();
  const pending = [tensor];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const block = sources.get(next);
    if (block === undefined || seen.has(next)) continue;
    if (SMOOTHING.test(String(block.path))) return true;
    seen.add(next);
    pending.push(...list(block.inputs));
  }
  return false;
}

/** The block of each tensor that a block sends. */
function sourcesOf(blocks: Entries): ReadonlyMap<string, Entries> {
  return new Map(
    Object.values(blocks).flatMap((block) => list(entries(block).outputs).map((id) => [id, entries(block)] as const)),
  );
}

function entries(value: unknown): Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Entries) : {};
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

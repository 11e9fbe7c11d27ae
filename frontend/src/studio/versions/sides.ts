// The two sides of a comparison, and the pipeline of both laid out in columns. Pure.
import type { Change, Comparison, StageChange, Version, WireChange } from "../api/versions";

/** A version's number, or the files as they are. */
export type Side = number | "now";

export interface Sides {
  readonly from: Side;
  readonly to: Side;
}

export function sideName(side: Side): string {
  return side === "now" ? "now" : `version ${side}`;
}

/** What changed in a version: since the one before it. The first has none. */
export function changesIn(version: Version, versions: readonly Version[]): Sides | null {
  const before = versions.find((other) => other.number < version.number);
  return before === undefined ? null : { from: before.number, to: version.number };
}

/** What one calls a version in a list: its message, else its build. */
export function titleOf(version: Version): string {
  if (version.message !== "") return version.message;
  const [build] = version.builds;
  return build === undefined ? "" : `Build ${build.number}`;
}

export interface Column {
  readonly stages: readonly StageChange[];
  /** What flows on to the right of it. */
  readonly flows: readonly { readonly type: string; readonly change: Change }[];
}

/** The stages of both pipelines, each as far right as its longest way from an input. */
export function columnsOf(pipeline: NonNullable<Comparison["pipeline"]>): readonly Column[] {
  const { stages, wires } = pipeline;
  const depth = new Map(stages.map((stage) => [stage.name, 0]));
  const known = wires.filter((wire) => depth.has(wire.source) && depth.has(wire.target));
  // Together the two may go in circles; as many rounds as stages bring each to its place or to the end.
  for (let round = 0; round < stages.length; round++) {
    for (const { source, target } of known) depth.set(target, Math.max(depth.get(target) ?? 0, Math.min((depth.get(source) ?? 0) + 1, stages.length - 1)));
  }
  const last = Math.max(-1, ...depth.values());
  return Array.from({ length: last + 1 }, (_, place) => ({
    stages: stages.filter((stage) => depth.get(stage.name) === place),
    flows: flowsOver(known.filter((wire) => (depth.get(wire.source) ?? 0) <= place && (depth.get(wire.target) ?? 0) > place)),
  })).filter((column) => column.stages.length > 0);
}

function flowsOver(wires: readonly WireChange[]): Column["flows"] {
  const found = new Map<string, Change>();
  for (const { type, change } of wires) {
    if (type === null) continue;
    const text = type.replaceAll(", ", ",");
    found.set(text, found.has(text) && found.get(text) !== change ? "same" : change);
  }
  return [...found].map(([type, change]) => ({ type, change }));
}

export const CHANGE_WORDS: Readonly<Record<Change, string>> = { added: "new", removed: "gone", changed: "changed", same: "as before" };

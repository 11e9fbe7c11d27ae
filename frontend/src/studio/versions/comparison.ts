// The two sides of a comparison, and the pipeline of both as one. Pure.
import type { Comparison, Version } from "../../api/schema";
import { forwardWires, type Pipeline } from "../../pipeline";

/** A version's number, or the files as they are. */
export type ComparedVersion = number | "now";

export interface VersionPair {
  readonly from: ComparedVersion;
  readonly to: ComparedVersion;
}

export function sideName(side: ComparedVersion): string {
  return side === "now" ? "now" : `version ${side}`;
}

/** The changes in a version: since the one before it. The first has none. */
export function changesIn(version: Version, versions: readonly Version[]): VersionPair | null {
  const before = versions.find((other) => other.number < version.number);
  return before === undefined ? null : { from: before.number, to: version.number };
}

/** The title of a version in a list: its message, else its build, else that it was saved automatically. */
export function titleOf(version: Version): string {
  if (version.message !== "") return version.message;
  const [build] = version.builds;
  if (build !== undefined) return `Build ${build.number}`;
  return version.automatic ? "Saved automatically" : "";
}

/** The pipelines of both sides as one that can be drawn. Together they may go in a circle: what was removed gives way then. */
export function pipelineOf({ stages, wires }: NonNullable<Comparison["pipeline"]>): Pipeline {
  return {
    nodes: stages.map(({ name, kind, detail, change, old_detail: oldDetail }) => ({
      name,
      kind,
      detail: oldDetail === null ? detail : `${oldDetail} → ${detail}`,
      mark: change,
      note: change === "same" ? "" : change,
    })),
    wires: [
      ...wires.filter(({ change }) => change !== "removed"),
      ...wires.filter(({ change }) => change === "removed"),
    ].map(({ change, ...wire }) => ({ ...wire, mark: change })),
  };
}

/** The wires that the picture of both leaves out, a sentence for each. */
export function undrawnWires(both: Pipeline): readonly string[] {
  const names = new Set(both.nodes.map(({ name }) => name));
  const drawnWires = new Set(forwardWires(both));
  const missing = both.wires.filter(
    (wire) => !drawnWires.has(wire) && names.has(wire.source) && names.has(wire.target),
  );
  return missing.map(({ source, target, mark }) =>
    mark === "removed"
      ? `The wire from ${source} to ${target} was removed. It is not drawn, because it would close a circle with the current wires.`
      : `The wire from ${source} to ${target} is not drawn, because it closes a circle.`,
  );
}

// A pipeline in words, a sentence for each stage: for those who hear the page. Pure.
import type { Pipeline, Stage } from "./types";

export const KIND_WORDS: Readonly<Record<Stage["kind"], string>> = {
  capability: "capability",
  block: "proc-block",
  model: "model",
  output: "output",
};

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Each stage with what it is, what became of it, what it reads and what it read before, in the order of the Runefile. */
export function describeStages({ nodes, wires }: Pipeline): readonly string[] {
  return nodes.map((stage) => {
    const [removedSources, read] = [true, false].map((isGone) => [
      ...new Set(
        wires
          .filter((wire) => wire.target === stage.name && (wire.mark === "removed") === isGone)
          .map((wire) => wire.source),
      ),
    ]);
    const words = [
      `${stage.name}, ${KIND_WORDS[stage.kind]} ${stage.detail}`,
      stage.note ?? "",
      stage.state === undefined ? "" : `keeps ${listed(stage.state.map(({ name }) => name))} between runs`,
      ...describeReading(stage, read ?? [], removedSources ?? []),
    ];
    return words.filter((word) => word !== "").join(", ");
  });
}

function describeReading(
  { kind, mark }: Stage,
  read: readonly string[],
  removedSources: readonly string[],
): readonly string[] {
  if (mark === "removed" && removedSources.length > 0) return [`read ${listed(removedSources)}`];
  const reads = read.length > 0 ? `reads ${listed(read)}` : kind === "capability" ? "" : "reads nothing";
  const others = removedSources.filter((source) => !read.includes(source));
  return [reads, others.length > 0 ? `no longer reads ${listed(others)}` : ""];
}

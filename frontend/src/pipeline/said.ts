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

/** Each stage with what it is, what became of it, and what it reads, in the order of the Runefile. */
export function stagesSaid({ nodes, wires }: Pipeline): readonly string[] {
  return nodes.map(({ name, kind, detail, note }) => {
    const sources = [...new Set(wires.filter((wire) => wire.target === name && wire.mark !== "removed").map((wire) => wire.source))];
    const words = [`${name}, ${KIND_WORDS[kind]} ${detail}`, note ?? "", kind === "capability" ? "" : sources.length === 0 ? "reads nothing" : `reads ${listed(sources)}`];
    return words.filter((word) => word !== "").join(", ");
  });
}

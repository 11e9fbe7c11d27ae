// Labels for the scores of an output: a file with a name for each, and the blocks that turn the highest score into its
// name. The text is changed as the graph changes it; the file is the person's to fill in.
import type { GraphEdit, Port, PortsAnswer } from "./graph-requests";

const BLOCKS = "hotg-ai/proc-blocks@v0.11.3#";

/** Where the scores come from, and whose they are. */
export interface Scores {
  /** The output stage; null where the rune does not say it. */
  readonly stage: string | null;
  /** Says which of its inputs. */
  readonly index: number;
  readonly count: number;
}

/** The port that an output's scores come from; null where nobody can tell. */
export function sourceOf({ stages }: PortsAnswer, { stage, index }: Scores): Port | null {
  const outputs = stages.filter(({ kind }) => kind === "output");
  const output =
    stage === null ? (outputs.length === 1 ? outputs[0] : undefined) : outputs.find(({ name }) => name === stage);
  return output?.inputs[index]?.source ?? null;
}

/** One edit that names the highest score of a port by the lines of a file, and sends the name. */
export function labelEdit(source: Port, path: string, names: ReadonlySet<string>): GraphEdit {
  const [best, label, answer] = [unusedName("best", names), unusedName("label", names), unusedName("answer", names)];
  return {
    edit: "several",
    edits: [
      {
        edit: "add-stage",
        kind: "block",
        target: `${BLOCKS}most_confident_indices`,
        name: best,
        inputs: [source],
        arguments: { count: 1 },
      },
      { edit: "add-stage", kind: "block", target: `${BLOCKS}label`, name: label, inputs: [{ stage: best, index: 0 }] },
      { edit: "set-argument", stage: label, name: "wordlist", value: path, value_is: "file" },
      { edit: "add-stage", kind: "output", target: "SERIAL", name: answer, inputs: [{ stage: label, index: 0 }] },
    ],
  };
}

/** One line a score, to be written over. */
export function firstLabels(count: number): string {
  return Array.from({ length: count }, (_, index) => `class ${index}\n`).join("");
}

/** `labels.txt`, or `labels-2.txt` and so on where that is there. */
export function labelsPath(paths: ReadonlySet<string>): string {
  return unusedName("labels", paths, "-", ".txt");
}

/** The name, or the next one that no stage has. */
export function unusedName(name: string, existing: ReadonlySet<string>, joint = "_", ending = ""): string {
  for (let number = 1; ; number += 1) {
    const candidate = `${number === 1 ? name : `${name}${joint}${number}`}${ending}`;
    if (!existing.has(candidate)) return candidate;
  }
}

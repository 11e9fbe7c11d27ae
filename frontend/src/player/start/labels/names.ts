// The names of labels: what is wrong with one, and in which order they stand. Pure.
import type { Sample } from "../server";

/** A label as the page shows it. `id` stays when it is renamed. */
export interface StartLabel {
  readonly id: number;
  readonly name: string;
}

export function nameProblem(name: string, others: readonly string[], longest: number): string | null {
  const text = name.trim();
  if (text === "") return "Write a name first, such as knock.";
  if (text.length > longest) return `A name has at most ${longest} characters.`;
  return others.some((other) => key(other) === key(text)) ? `A label ${text} already exists.` : null;
}

/** The labels of the samples, in the order in which they came first; background is the last one. */
export function labelsOf(samples: readonly Sample[], background: string): readonly string[] {
  const names = new Set(samples.toReversed().map(({ label }) => label));
  return [...[...names].filter((name) => name !== "" && name !== background), background];
}

export function countOf(samples: readonly Sample[], label: string): number {
  return samples.filter((sample) => sample.label === label && !sample.is_excluded).length;
}

function key(name: string): string {
  return name.trim().replace(/\s+/g, " ").toLowerCase();
}

// Two runes on all samples: which of them are answered differently, in words. Pure.
import type { Answer } from "../../preview";

/** How two answered to one sample. */
export interface Pair {
  readonly id: string;
  readonly label: string;
  readonly now: Answer;
  readonly before: Answer;
}

export function differs({ now, before }: Pair): boolean {
  return textOf(now) !== textOf(before);
}

/** One answer in words, for a person. */
export function textOf(answer: Answer): string {
  return "problem" in answer ? answer.problem : (answer.answer ?? "nothing");
}

/** Whether one gives the sample's label; null where it could not be run. */
export function isRight(answer: Answer, label: string): boolean | null {
  return "problem" in answer ? null : answer.answer === label;
}

/** `2 of these 8 answer differently. 1 is right now and was wrong, 1 is wrong now and was right.` */
export function summary(pairs: readonly Pair[]): string {
  if (pairs.length === 0) return "There are no samples.";
  const changed = pairs.filter(differs);
  const all = pairs.length === 1 ? "this sample" : `all ${pairs.length} samples`;
  if (changed.length === 0) return `Both give the same answer on ${all}.`;
  const better = changed.filter(({ now, before, label }) => isRight(now, label) === true && !isRight(before, label));
  const worse = changed.filter(({ now, before, label }) => isRight(before, label) === true && !isRight(now, label));
  const counts = [
    ...(better.length > 0
      ? [`${better.length} ${better.length === 1 ? "is" : "are"} right now and ${was(better)} wrong`]
      : []),
    ...(worse.length > 0
      ? [`${worse.length} ${worse.length === 1 ? "is" : "are"} wrong now and ${was(worse)} right`]
      : []),
  ];
  const verb = changed.length === 1 ? "answers" : "answer";
  const first =
    pairs.length === 1
      ? "The sample is answered differently."
      : `${changed.length} of these ${pairs.length} ${verb} differently.`;
  return counts.length > 0 ? `${first} ${counts.join(", ")}.` : first;
}

const was = (those: readonly unknown[]): string => (those.length === 1 ? "was" : "were");

/** How many samples of a label each of both has right. */
export interface LabelCount {
  readonly label: string;
  readonly before: number;
  readonly now: number;
  readonly all: number;
}

/** Of each label, by name. */
export function byLabel(pairs: readonly Pair[]): readonly LabelCount[] {
  const labels = [...new Set(pairs.map(({ label }) => label))].sort((one, other) => one.localeCompare(other));
  return labels.map((label) => {
    const these = pairs.filter((pair) => pair.label === label);
    const right = (side: "before" | "now"): number =>
      these.filter((pair) => isRight(pair[side], label) === true).length;
    return { label, before: right("before"), now: right("now"), all: these.length };
  });
}

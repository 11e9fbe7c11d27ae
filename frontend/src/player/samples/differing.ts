// Two runes on all samples: which of them are answered differently, in words. Pure.
import type { RuneAnswer } from "../../preview";

/** How two answered to one sample. */
export interface AnswerPair {
  readonly id: string;
  readonly label: string;
  readonly now: RuneAnswer;
  readonly before: RuneAnswer;
}

export function differs({ now, before }: AnswerPair): boolean {
  return textOf(now) !== textOf(before);
}

/** One answer in words, for a person. */
export function textOf(answer: RuneAnswer): string {
  return "problem" in answer ? answer.problem : (answer.answer ?? "nothing");
}

/** Whether one gives the sample's label; null where it could not be run. */
export function isRight(answer: RuneAnswer, label: string): boolean | null {
  return "problem" in answer ? null : answer.answer === label;
}

/** `2 of these 8 answer differently. 1 is right now and was wrong, 1 is wrong now and was right.` */
export function summary(pairs: readonly AnswerPair[]): string {
  if (pairs.length === 0) return "There are no samples.";
  const changedPairs = pairs.filter(differs);
  const all = pairs.length === 1 ? "this sample" : `all ${pairs.length} samples`;
  if (changedPairs.length === 0) return `Both give the same answer on ${all}.`;
  const better = changedPairs.filter(
    ({ now, before, label }) => isRight(now, label) === true && !isRight(before, label),
  );
  const worse = changedPairs.filter(
    ({ now, before, label }) => isRight(before, label) === true && !isRight(now, label),
  );
  const counts = [
    ...(better.length > 0
      ? [`${better.length} ${better.length === 1 ? "is" : "are"} right now and ${was(better)} wrong`]
      : []),
    ...(worse.length > 0
      ? [`${worse.length} ${worse.length === 1 ? "is" : "are"} wrong now and ${was(worse)} right`]
      : []),
  ];
  const verb = changedPairs.length === 1 ? "answers" : "answer";
  const first =
    pairs.length === 1
      ? "The sample is answered differently."
      : `${changedPairs.length} of these ${pairs.length} ${verb} differently.`;
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

/** Returns the counts of each label, by name. */
export function byLabel(pairs: readonly AnswerPair[]): readonly LabelCount[] {
  const labels = [...new Set(pairs.map(({ label }) => label))].sort((one, other) => one.localeCompare(other));
  return labels.map((label) =>
    labelCount(
      label,
      pairs.filter((pair) => pair.label === label),
    ),
  );
}

/** Returns the counts of all of them, under a name. */
export function labelCount(label: string, pairs: readonly AnswerPair[]): LabelCount {
  const right = (side: "before" | "now"): number =>
    pairs.filter((pair) => isRight(pair[side], pair.label) === true).length;
  return { label, before: right("before"), now: right("now"), all: pairs.length };
}

/** `12, 80 % (55 to 93 %)`: correct answers, their share, and the range in which it is with 95 % of certainty. */
export function shareText(right: number, all: number): string {
  if (all === 0) return "none";
  const [low, high] = range(right, all);
  return `${right}, ${percent(right / all)} % (${percent(low)} to ${percent(high)} %)`;
}

/** Wilson's interval of 95 %, as rune/statistics/intervals.py has it. */
export function range(right: number, all: number): readonly [number, number] {
  const share = right / all;
  const square = DEVIATIONS ** 2;
  const middle = (share + square / (2 * all)) / (1 + square / all);
  const half = (DEVIATIONS / (1 + square / all)) * Math.sqrt((share * (1 - share)) / all + square / (4 * all ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Says whether one of both is better by more than chance: those that only one has right, by an exact test of signs. */
export function verdict(pairs: readonly AnswerPair[], beforeName: string, nowName: string): string {
  const onlyNow = pairs.filter(
    ({ now, before, label }) => isRight(now, label) === true && isRight(before, label) === false,
  ).length;
  const onlyBefore = pairs.filter(
    ({ now, before, label }) => isRight(before, label) === true && isRight(now, label) === false,
  ).length;
  if (onlyNow + onlyBefore === 0) return "";
  if (chance(onlyNow, onlyBefore) > 0.05) return "These samples are too few to say which is better: it may be chance.";
  const [better, other] = onlyNow > onlyBefore ? [nowName, beforeName] : [beforeName, nowName];
  return `${better} is better than ${other} on these samples, by more than chance (95 %).`;
}

const DEVIATIONS = 1.959963984540054;

const percent = (share: number): number => Math.round(100 * share);

/** How likely a split at least as uneven is where both are equally good. */
function chance(one: number, other: number): number {
  const all = one + other;
  // As logarithms, since half to the power of some thousands is nothing.
  let term = all * Math.log(0.5);
  let sum = Math.exp(term);
  for (let count = 1; count <= Math.min(one, other); count += 1) {
    term += Math.log((all - count + 1) / count);
    sum += Math.exp(term);
  }
  return Math.min(1, 2 * sum);
}

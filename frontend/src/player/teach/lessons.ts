// The labels that were taught so far: labels with their examples, as a state that each act replaces by another. Pure.
import type { Content } from "../../preview";
import type { Lesson } from "./learn";

export interface TaughtExample {
  readonly id: number;
  readonly features: readonly number[];
  /** The recording, to be seen; null for an input that is no recording. */
  readonly content: Content | null;
}

export interface TaughtLabel {
  readonly id: number;
  readonly name: string;
  readonly examples: readonly TaughtExample[];
}

export interface LessonState {
  readonly labels: readonly TaughtLabel[];
  /** The next id of a label or an example. */
  readonly next: number;
}

export interface History {
  readonly now: LessonState;
  /** The states before, the newest last, each with what was done to it. */
  readonly before: readonly { readonly state: LessonState; readonly act: string }[];
}

export type Act =
  | { readonly type: "add"; readonly name: string }
  | { readonly type: "rename"; readonly label: number; readonly name: string }
  | { readonly type: "remove"; readonly label: number }
  | {
      readonly type: "record";
      readonly label: number;
      readonly features: readonly number[];
      readonly content: Content | null;
    }
  | { readonly type: "forget"; readonly label: number; readonly example: number }
  | { readonly type: "undo" };

export const NOTHING_TAUGHT: History = { now: { labels: [], next: 1 }, before: [] };
const MOST_UNDONE = 100;

/** The history after an act. An act on a label that is gone changes nothing. */
export function after(history: History, act: Act): History {
  if (act.type === "undo") {
    const last = history.before.at(-1);
    return last === undefined ? history : { now: last.state, before: history.before.slice(0, -1) };
  }
  const now = changedState(history.now, act);
  if (now === history.now) return history;
  const before = [...history.before, { state: history.now, act: nameOf(history.now, act) }];
  return { now, before: before.slice(-MOST_UNDONE) };
}

function changedState(state: LessonState, act: Exclude<Act, { type: "undo" }>): LessonState {
  const { labels, next } = state;
  if (act.type === "add") return { labels: [...labels, { id: next, name: act.name, examples: [] }], next: next + 1 };
  const own = labels.find(({ id }) => id === act.label);
  if (own === undefined) return state;
  const put = (label: TaughtLabel): readonly TaughtLabel[] => labels.map((each) => (each === own ? label : each));
  switch (act.type) {
    case "rename":
      return own.name === act.name ? state : { labels: put({ ...own, name: act.name }), next };
    case "remove":
      return { labels: labels.filter((each) => each !== own), next };
    case "record": {
      const example = { id: next, features: act.features, content: act.content };
      return { labels: put({ ...own, examples: [...own.examples, example] }), next: next + 1 };
    }
    case "forget":
      return { labels: put({ ...own, examples: own.examples.filter(({ id }) => id !== act.example) }), next };
  }
}

/** The name of what Undo takes back, as its button says it. */
function nameOf(state: LessonState, act: Exclude<Act, { type: "undo" }>): string {
  if (act.type === "add") return `adding ${act.name}`;
  const name = state.labels.find(({ id }) => id === act.label)?.name ?? "";
  switch (act.type) {
    case "rename":
      return `renaming ${name}`;
    case "remove":
      return `removing ${name}`;
    case "record":
      return `an example of ${name}`;
    case "forget":
      return `removing an example of ${name}`;
  }
}

/** Why a name cannot be that of a label, for a person; null where it can. `own` is the label that is renamed. */
export function nameProblem(
  { labels }: LessonState,
  name: string,
  longest: number,
  own: number | null = null,
): string | null {
  const tidy = name.trim();
  if (tidy === "") return "Write a name.";
  if (tidy.length > longest) return `A label has at most ${longest} characters.`;
  const isDouble = labels.some((each) => each.id !== own && each.name.toLowerCase() === tidy.toLowerCase());
  return isDouble ? `A label ${tidy} already exists.` : null;
}

/** The labels that have examples. */
export function learnable({ labels }: LessonState): readonly TaughtLabel[] {
  return labels.filter(({ examples }) => examples.length > 0);
}

/** The lesson for the learner; null below two labels with examples. */
export function lessonOf(state: LessonState, columns: number): Lesson | null {
  const labels = learnable(state);
  if (labels.length < 2) return null;
  const examples = labels.flatMap(({ examples }) => examples);
  const rows = new Float64Array(examples.length * columns);
  examples.forEach(({ features }, place) => rows.set(features, place * columns));
  const numbers = labels.flatMap(({ examples }, number) => examples.map(() => number));
  return { rows, labels: numbers, columns, classes: labels.length };
}

/** Why it cannot be saved yet, for a person; null where it can. */
export function savingProblem({ labels }: LessonState, needed: number): string | null {
  if (labels.length < 2) return "Teach two labels or more.";
  const lacking = labels.filter(({ examples }) => examples.length < needed);
  if (lacking.length === 0) return null;
  const parts = lacking.map(({ name, examples }) => `${needed - examples.length} of ${name}`);
  return `More examples are needed: ${parts.join(", ")}.`;
}

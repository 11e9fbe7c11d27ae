// The problems of one text inside the editor: kept in place while the text changes, underlined, stepped through, fixed.
// How the card looks is in card.ts; which problems there are is the server's word.
import type { Diagnostic } from "../../../api/schema";
import {
  EditorSelection,
  Facet,
  StateEffect,
  StateField,
  type ChangeDesc,
  type EditorState,
  type Extension,
  type Text,
} from "@codemirror/state";
import { Decoration, EditorView, keymap, type Command, type DecorationSet } from "@codemirror/view";
import { toRange } from "../../document/lines/offsets";

export interface Change {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

export interface Fix {
  readonly title: string;
  /** The edits in this text; those in other files are applied by the code that has their text. */
  readonly changes: readonly Change[];
  readonly otherFiles: Diagnostic["fixes"][number]["edits"];
}

export interface PlacedProblem {
  readonly diagnostic: Diagnostic;
  readonly from: number;
  readonly to: number;
  readonly fixes: readonly Fix[];
}

/** Where the diagnostics of `file` stand in `text`, in reading order, the graver first. */
export function placeProblems(
  text: string,
  file: string,
  diagnostics: readonly Diagnostic[],
): readonly PlacedProblem[] {
  const graveness = (problem: PlacedProblem): number => (problem.diagnostic.severity === "error" ? 0 : 1);
  return diagnostics
    .filter((diagnostic) => diagnostic.file === file)
    .map((diagnostic) => ({
      diagnostic,
      ...toRange(text, diagnostic.span),
      fixes: diagnostic.fixes.map((fix) => ({
        title: fix.title,
        changes: fix.edits
          .filter((edit) => edit.file === file)
          .map((edit) => ({ ...toRange(text, edit.span), insert: edit.text })),
        otherFiles: fix.edits.filter((edit) => edit.file !== file),
      })),
    }))
    .sort((one, other) => one.from - other.from || graveness(one) - graveness(other));
}

function moved<Item extends { readonly from: number; readonly to: number }>(item: Item, changes: ChangeDesc): Item {
  const from = changes.mapPos(item.from, 1);
  return { ...item, from, to: Math.max(from, changes.mapPos(item.to, -1)) };
}

/** The same problems after an edit, each where its text went. */
export function moveProblems(problems: readonly PlacedProblem[], changes: ChangeDesc): readonly PlacedProblem[] {
  return problems.map((problem) => ({
    ...moved(problem, changes),
    fixes: problem.fixes.map((fix) => ({ ...fix, changes: fix.changes.map((change) => moved(change, changes)) })),
  }));
}

export const setProblems = StateEffect.define<readonly PlacedProblem[]>();

/** An underline needs something to stand under: an empty span takes a neighbour on its line. */
function visible(problem: PlacedProblem, doc: Text): { from: number; to: number } {
  const to = Math.min(problem.to, doc.length);
  const from = Math.min(problem.from, to);
  if (to > from) return { from, to };
  const line = doc.lineAt(from);
  if (from < line.to) return { from, to: from + 1 };
  return { from: Math.max(line.from, from - 1), to: from };
}

function underlines(problems: readonly PlacedProblem[], doc: Text): DecorationSet {
  const marks = problems.flatMap((problem) => {
    const { from, to } = visible(problem, doc);
    return to > from ? [Decoration.mark({ class: `problem ${problem.diagnostic.severity}` }).range(from, to)] : [];
  });
  return Decoration.set(marks, true);
}

interface ShownProblems {
  readonly problems: readonly PlacedProblem[];
  readonly underlines: DecorationSet;
}

const shownProblems = StateField.define<ShownProblems>({
  create: () => ({ problems: [], underlines: Decoration.none }),
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setProblems))
        return { problems: effect.value, underlines: underlines(effect.value, transaction.newDoc) };
    }
    if (!transaction.docChanged) return value;
    return {
      problems: moveProblems(value.problems, transaction.changes),
      underlines: value.underlines.map(transaction.changes),
    };
  },
  provide: (field) => EditorView.decorations.from(field, (value) => value.underlines),
});

export function problemsOf(state: EditorState): readonly PlacedProblem[] {
  return state.field(shownProblems, false)?.problems ?? [];
}

/** The problems whose underline holds a position. */
export function problemsAt(state: EditorState, position: number): readonly PlacedProblem[] {
  return problemsOf(state).filter((problem) => {
    const { from, to } = visible(problem, state.doc);
    return from <= position && position <= to;
  });
}

function step(direction: 1 | -1): Command {
  return (view) => {
    const problems = problemsOf(view.state);
    const here = view.state.selection.main.from;
    const orderedProblems = direction === 1 ? problems : problems.toReversed();
    const next =
      orderedProblems.find((problem) => (direction === 1 ? problem.from > here : problem.from < here)) ??
      orderedProblems[0];
    if (next === undefined) return false;
    view.dispatch({
      selection: EditorSelection.cursor(next.from),
      effects: EditorView.scrollIntoView(next.from, { y: "center" }),
      userEvent: "select",
    });
    return true;
  };
}

export const nextProblem = step(1);
const previousProblem = step(-1);

/** Returns whether the edits were applied. They refer to texts that are not open here, and may have changed since. */
export type EditOtherFiles = (edits: Fix["otherFiles"]) => boolean;

/** Called before and after a fix, so that it is a step of its own in the undo, whatever was typed around it. */
export const afterFix = Facet.define<() => void>();

export function applyFix(view: EditorView, fix: Fix, onEditOtherFiles: EditOtherFiles): void {
  if (view.state.readOnly) return;
  const separate = (): void => view.state.facet(afterFix).forEach((call) => call());
  separate();
  if (fix.otherFiles.length > 0 && !onEditOtherFiles(fix.otherFiles)) return;
  if (fix.changes.length > 0) view.dispatch({ changes: [...fix.changes], userEvent: "input.fix" });
  separate();
  view.focus();
}

/** Fix the problem under the cursor, else the first on its line; where there is a choice, it is the person's. */
function quickFix(onEditOtherFiles: EditOtherFiles): Command {
  return (view) => {
    const position = view.state.selection.main.head;
    const line = view.state.doc.lineAt(position);
    const onLine = problemsOf(view.state).filter((problem) => problem.from <= line.to && problem.to >= line.from);
    const fix = [...problemsAt(view.state, position), ...onLine].find((problem) => problem.fixes.length === 1)
      ?.fixes[0];
    if (fix === undefined) return false;
    applyFix(view, fix, onEditOtherFiles);
    return true;
  };
}

export function problemSupport(onEditOtherFiles: EditOtherFiles): Extension {
  return [
    shownProblems,
    keymap.of([
      { key: "F8", run: nextProblem },
      { key: "Shift-F8", run: previousProblem },
      { key: "Mod-.", run: quickFix(onEditOtherFiles) },
    ]),
  ];
}

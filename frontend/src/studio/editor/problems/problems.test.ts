import type { Diagnostic } from "../../../api/schema";
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import type { EditorView } from "@codemirror/view";
import { applyFix, moveProblems, placeProblems, problemsAt, problemsOf, problemSupport, setProblems } from "./problems";

const TEXT = "inputs: [modle]\nargs: 1\n";

function at(offset: number) {
  return { line: 1, column: offset + 1, offset };
}

function diagnostic(from: number, to: number, parts: Partial<Diagnostic> = {}): Diagnostic {
  const span = { start: at(from), end: at(to) };
  return {
    severity: "error",
    code: "RUNE0021",
    message: "No stage is called “modle”.",
    file: "Runefile.yml",
    span,
    notes: [],
    fixes: [{ title: "Change to model", is_safe: false, edits: [{ file: "Runefile.yml", span, text: "model" }] }],
    ...parts,
  };
}

function stateWith(...diagnostics: Diagnostic[]): EditorState {
  const state = EditorState.create({ doc: TEXT, extensions: problemSupport(() => true) });
  return state.update({ effects: setProblems.of(placeProblems(TEXT, "Runefile.yml", diagnostics)) }).state;
}

test("problems of other files are not placed in this one", () => {
  expect(placeProblems(TEXT, "labels.txt", [diagnostic(9, 14)])).toEqual([]);
});

test("problems stand in reading order, errors before warnings", () => {
  const placedProblems = placeProblems(TEXT, "Runefile.yml", [
    diagnostic(16, 20),
    diagnostic(9, 14, { severity: "warning", code: "W" }),
    diagnostic(9, 14),
  ]);
  expect(placedProblems.map(({ from, diagnostic: { severity } }) => [from, severity])).toEqual([
    [9, "error"],
    [9, "warning"],
    [16, "error"],
  ]);
});

test("a problem and its fix move with the text that is typed before them", () => {
  const state = stateWith(diagnostic(9, 14)).update({ changes: { from: 0, insert: "# two\n" } }).state;
  const [problem] = problemsOf(state);
  expect([problem?.from, problem?.to]).toEqual([15, 20]);
  expect(problem?.fixes[0]?.changes).toEqual([{ from: 15, to: 20, insert: "model" }]);
});

test("a problem whose text is deleted shrinks and is never turned round", () => {
  const change = EditorState.create({ doc: TEXT }).changes({ from: 5, to: 20 });
  const [problem] = moveProblems(placeProblems(TEXT, "Runefile.yml", [diagnostic(9, 14)]), change);
  expect([problem?.from, problem?.to]).toEqual([5, 5]);
});

test("a fix that was typed in the meantime is applied where its word went", () => {
  const state = stateWith(diagnostic(9, 14)).update({ changes: { from: 0, insert: "x" } }).state;
  const changes = problemsOf(state)[0]?.fixes[0]?.changes ?? [];
  expect(state.update({ changes: [...changes] }).state.doc.toString()).toBe("xinputs: [model]\nargs: 1\n");
});

test("a problem is found at its edges, and one without width under a neighbour", () => {
  const state = stateWith(diagnostic(9, 14), diagnostic(15, 15, { code: "E" }));
  expect(problemsAt(state, 9)).toHaveLength(1);
  expect(problemsAt(state, 14).map((problem) => problem.diagnostic.code)).toEqual(["RUNE0021", "E"]);
  expect(problemsAt(state, 3)).toEqual([]);
});

test("edits of a fix in other files are kept apart", () => {
  const edit = { file: "labels.txt", span: { start: at(0), end: at(0) }, text: "x" };
  const [problem] = placeProblems(TEXT, "Runefile.yml", [
    diagnostic(9, 14, { fixes: [{ title: "t", is_safe: true, edits: [edit] }] }),
  ]);
  expect(problem?.fixes[0]).toEqual({ title: "t", changes: [], otherFiles: [edit] });
});

test("a place beyond the text, as after a cut, is its end", () => {
  const [problem] = problemsOf(stateWith(diagnostic(900, 910)));
  expect([problem?.from, problem?.to]).toEqual([TEXT.length, TEXT.length]);
});

test("a fix whose edits in another file cannot be made now changes nothing here either", () => {
  const edit = { file: "labels.txt", span: { start: at(0), end: at(0) }, text: "x" };
  const transactions: unknown[] = [];
  const view = {
    state: stateWith(),
    dispatch: (spec: unknown) => transactions.push(spec),
    focus: () => undefined,
  } as unknown as EditorView;
  const fix = { title: "t", changes: [{ from: 0, to: 1, insert: "x" }], otherFiles: [edit] };
  applyFix(view, fix, () => false);
  expect(transactions).toEqual([]);
  applyFix(view, fix, () => true);
  expect(transactions).toHaveLength(1);
});

// The indentation of a line that Enter begins, in the editor's own state.
import { insertNewlineAndIndent } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { yaml } from "@codemirror/lang-yaml";
import { EditorState, type Extension } from "@codemirror/state";
import { expect, test } from "vitest";
import { stepOf, steps, yamlIndents } from "./indentation";

/** The text after Enter where `|` is. */
function textAfterEnter(text: string, language: Extension): string {
  const at = text.indexOf("^");
  const state = EditorState.create({
    doc: text.replace("^", ""),
    selection: { anchor: at },
    extensions: [language],
  });
  let after = state;
  insertNewlineAndIndent({ state, dispatch: (transaction) => (after = transaction.state) });
  return `${after.sliceDoc(0, after.selection.main.head)}^${after.sliceDoc(after.selection.main.head)}`;
}

const YAML = [yaml(), yamlIndents];
const PYTHON = [python(), steps(4)];

test("a line of YAML is deeper after a key without a value, by the step of the file", () => {
  expect(textAfterEnter("pipeline:^", YAML)).toBe("pipeline:\n  ^");
  expect(textAfterEnter("pipeline:\n  audio:^", YAML)).toBe("pipeline:\n  audio:\n    ^");
  expect(textAfterEnter("pipeline:\n    audio:  # what is heard^", YAML)).toBe(
    "pipeline:\n    audio:  # what is heard\n        ^",
  );
  expect(textAfterEnter("resources:\n  WORDS:\n    inline: |^", YAML)).toBe(
    "resources:\n  WORDS:\n    inline: |\n      ^",
  );
});

test("a line of YAML goes on where the one before began", () => {
  expect(textAfterEnter("version: 1^", YAML)).toBe("version: 1\n^");
  expect(textAfterEnter("pipeline:\n  audio:\n    capability: SOUND^", YAML)).toBe(
    "pipeline:\n  audio:\n    capability: SOUND\n    ^",
  );
  expect(textAfterEnter("    outputs:\n      - type: i16^", YAML)).toBe("    outputs:\n      - type: i16\n        ^");
  expect(textAfterEnter("    inputs:\n      - audio^", YAML)).toBe("    inputs:\n      - audio\n      ^");
  expect(textAfterEnter('    path: "a: b"^', YAML)).toBe('    path: "a: b"\n    ^');
});

test("a line of Python is deeper after a colon, by four spaces or as the file has it", () => {
  expect(textAfterEnter('def f(x: f32["n"]) -> f32["n"]:^', PYTHON)).toBe('def f(x: f32["n"]) -> f32["n"]:\n    ^');
  expect(textAfterEnter("def f(x):\n    for i in range(3):^", PYTHON)).toBe(
    "def f(x):\n    for i in range(3):\n        ^",
  );
  expect(textAfterEnter("def g(x):\n  return x\n\n\ndef f(x):^", PYTHON)).toBe(
    "def g(x):\n  return x\n\n\ndef f(x):\n  ^",
  );
  expect(textAfterEnter("def f(x):\n    y = x[:]^", PYTHON)).toBe("def f(x):\n    y = x[:]\n    ^");
});

test("the step of a file is that of its first deeper line", () => {
  const step = (text: string): number => stepOf(EditorState.create({ doc: text }).doc, 2);
  expect(["", "a:\n    b: 1", "a:\n\n  b:\n      c: 1", "\tx"].map(step)).toEqual([2, 4, 2, 2]);
});

import { EditorState, type TransactionSpec } from "@codemirror/state";
import { expect, test, vi } from "vitest";
import { MAX_EDIT_BYTES } from "../../declared/studio-limits";
import { limitEditSize } from "./edit-limit";

function edit(change: TransactionSpec, doc = "a"): { readonly text: string; readonly messages: readonly string[] } {
  const say = vi.fn<(sentence: string) => void>();
  const state = EditorState.create({ doc, extensions: limitEditSize(say) });
  return { text: state.update(change).state.doc.toString(), messages: say.mock.calls.map(([sentence]) => sentence) };
}

function paste(insert: string): TransactionSpec {
  return { changes: { from: 1, insert }, userEvent: "input.paste" };
}

test("what is pasted goes in up to a megabyte", () => {
  const most = "x".repeat(MAX_EDIT_BYTES - 64);
  expect(edit(paste(most))).toEqual({ text: `a${most}`, messages: [] });
});

test("what is too much at once is refused with its size, and nothing of it goes in", () => {
  const { text, messages } = edit(paste("x".repeat(1_280_000)));
  expect(text).toBe("a");
  expect(messages).toEqual([
    "The text has 1.3 MB; you can insert up to 1.0 MB at once. Add it as a file, or in parts.",
  ]);
});

test("letters of several bytes count as such", () => {
  expect(edit(paste("ä".repeat(MAX_EDIT_BYTES / 2 + 1))).text).toBe("a");
  expect(edit(paste("漢".repeat(MAX_EDIT_BYTES / 4))).messages).toEqual([]);
});

test("many small pieces count with what is written around each", () => {
  const changes = Array.from({ length: 20_000 }, (_, index) => ({ from: 2 * index, to: 2 * index + 1, insert: "x" }));
  expect(edit({ changes, userEvent: "input.replace.all" }, "a ".repeat(20_000)).messages).toHaveLength(1);
});

test("what others typed comes in however much it is", () => {
  expect(edit({ changes: { from: 1, insert: "x".repeat(2 * MAX_EDIT_BYTES) } }).messages).toEqual([]);
});

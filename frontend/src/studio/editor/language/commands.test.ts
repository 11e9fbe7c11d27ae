// The commands whose answer edits the text, while somebody else types in it.
import { EditorState } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { expect, it } from "vitest";
import * as Y from "yjs";
import { EditQueue, type EditedWorkspace } from "../../edits/edit-queue";
import { renameAt, rewrite } from "./commands";
import { editorLanguage, type EditorLanguage } from "./requests";

type Splice = readonly [at: number, length: number, insert: string];

/** An editor with its cursor at the end of "fft", whose language is slow: a line is typed above before its first answer. */
function editor(answer: (text: string, offset: number) => Splice) {
  const text = new Y.Doc().getText();
  text.insert(0, "fft: {}");
  const view = { state: EditorState.create({ doc: "fft: {}", selection: { anchor: 3 } }) };
  let requests = 0;
  const type = (line: string): void => {
    text.insert(0, line);
    view.state = view.state.update({ changes: { from: 0, insert: line } }).state;
  };
  const queue = new EditQueue({
    files: { list: () => [{ id: "1", path: "Runefile.yml", kind: "text" }], text: () => text },
    edit: (edits: { span: { start: { offset: number }; end: { offset: number } }; text: string }[]) => {
      for (const { span, text: insert } of edits) {
        text.delete(span.start.offset, span.end.offset - span.start.offset);
        text.insert(span.start.offset, insert);
      }
    },
    checking: { touch: () => undefined },
  } as unknown as EditedWorkspace);
  const language = {
    file: "Runefile.yml",
    ask: ({ offset }: { offset?: number }) => {
      const [at, length, insert] = answer(text.toJSON(), offset ?? 0);
      if ((requests += 1) === 1) type("# a line\n");
      const span = { start: { offset: at }, end: { offset: at + length } };
      return Promise.resolve({ edits: [{ file: "Runefile.yml", span, text: insert }] });
    },
    edit: (ask: Parameters<EditorLanguage["edit"]>[0]) => queue.run(ask, "alone"),
    say: () => undefined,
  } as unknown as EditorLanguage;
  view.state = EditorState.create({
    doc: view.state.doc,
    selection: view.state.selection,
    extensions: editorLanguage.of(language),
  });
  return { text, view: view as unknown as EditorView };
}

it("formats the text as it is when the answer is there", async () => {
  const { text, view } = editor((now) => [now.indexOf("{}"), 2, "[]"]);
  await rewrite(view, "format");
  expect(text.toJSON()).toBe("# a line\nfft: []");
});

it("renames the name at the cursor, which went down by a line", async () => {
  const { text, view } = editor((_, offset) => [offset - 3, 3, "mel"]);
  expect(await renameAt(view, "mel")).toBeNull();
  expect(text.toJSON()).toBe("# a line\nmel: {}");
});

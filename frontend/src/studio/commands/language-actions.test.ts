import { expect, it } from "vitest";
import type { EditorHandle } from "../context/editor-handle";
import type { StudioStores } from "../context/studio";
import { oneFile } from "../document/files/one-file.test-support";
import { chooseFix } from "./language-actions";

/** A room with a list of one quick fix, which is open. */
async function openFixes() {
  const { files, text } = oneFile("Runefile.yml", "abc");
  const said: string[] = [];
  const applied: unknown[] = [];
  const choices: { go: () => void }[] = [];
  const edits = [{ file: "Runefile.yml", span: { start: { offset: 0 }, end: { offset: 1 } }, text: "x" }];
  const stores = {
    workspace: {
      files,
      edit: (all: unknown) => applied.push(all),
      toasts: { say: (sentence: string) => said.push(sentence) },
    },
    dialogs: { open: (dialog: { choices: { go: () => void }[] }) => choices.push(...dialog.choices) },
  };
  const editor = { actions: () => Promise.resolve([{ title: "Fix", edits }]) };
  await chooseFix(stores as unknown as StudioStores, editor as unknown as EditorHandle);
  return { text, said, applied, edits, choose: () => choices[0]?.go() };
}

it("applies the fix that is chosen", async () => {
  const { said, applied, edits, choose } = await openFixes();
  choose();
  expect([applied, said]).toEqual([[edits], []]);
});

it("applies none when somebody typed in its file while the list was open, and says so", async () => {
  const { text, said, applied, choose } = await openFixes();
  text.insert(0, "# a line\n");
  choose();
  expect([applied, said]).toEqual([[], ["The text was changed meanwhile. Open the quick fixes again."]]);
});

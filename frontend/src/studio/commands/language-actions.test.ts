import { expect, it } from "vitest";
import type { EditorHandle } from "../context/editor-handle";
import type { StudioStores } from "../context/studio";
import { oneFile } from "../document/files/one-file.test-support";
import { chooseFix } from "./language-actions";

/** A room with a list of one quick fix, which is open. */
async function openFixes() {
  const { files, text } = oneFile("Runefile.yml", "abc");
  const messages: string[] = [];
  const appliedEdits: unknown[] = [];
  const choices: { go: () => void }[] = [];
  const edits = [{ file: "Runefile.yml", span: { start: { offset: 0 }, end: { offset: 1 } }, text: "x" }];
  const stores = {
    workspace: {
      files,
      edit: (all: unknown) => appliedEdits.push(all),
      toasts: { say: (sentence: string) => messages.push(sentence) },
    },
    dialogs: { open: (dialog: { choices: { go: () => void }[] }) => choices.push(...dialog.choices) },
  };
  const editor = { actions: () => Promise.resolve([{ title: "Fix", edits }]) };
  await chooseFix(stores as unknown as StudioStores, editor as unknown as EditorHandle);
  return { text, messages, appliedEdits, edits, choose: () => choices[0]?.go() };
}

it("applies the fix that is chosen", async () => {
  const { messages, appliedEdits, edits, choose } = await openFixes();
  choose();
  expect([appliedEdits, messages]).toEqual([[edits], []]);
});

it("applies none when somebody typed in its file while the list was open, and says so", async () => {
  const { text, messages, appliedEdits, choose } = await openFixes();
  text.insert(0, "# a line\n");
  choose();
  expect([appliedEdits, messages]).toEqual([[], ["The text has changed since. Open the quick fixes again."]]);
});

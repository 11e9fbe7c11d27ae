// Making a block in Python: what the language says, done to the document as one step of the undo.
import type { OutlineWire, TextEdit } from "../../api/schema";
import { LanguageRefusal } from "../../language";
import { OUTSIDE_EDIT } from "../document/files/files";
import { addText } from "../document/files/new-text";
import { undoOfLastStep } from "../session/toasts/undo-action";
import type { Workspace } from "../session/workspace";
import { makeCurrent } from "./edit-queue";

interface BlockEdits {
  readonly files: readonly NewText[];
  readonly edits: readonly TextEdit[];
}

interface NewText {
  readonly path: string;
  readonly text: string;
}

/** The part of the workspace that this uses, so that a test can pass another. */
type DocumentAccess = Pick<Workspace, "files" | "edit" | "checking"> & {
  readonly language: Pick<Workspace["language"], "ask">;
};

/** Makes the block, between the stages of a wire if there is one, and answers the path of its file. Throws `LanguageRefusal`. */
export async function createBlock(document: DocumentAccess, name: string, wire: OutlineWire | null): Promise<string> {
  const place =
    wire === null
      ? {}
      : {
          source: { stage: wire.source, index: wire.source_index },
          feeds: { stage: wire.target, index: wire.target_index },
        };
  return (await applyBlockEdits(document, { ask: "new-block", name, ...place }))[0]?.path ?? "";
}

/** Makes the block of a stage, which the catalogue has in Python, the project's own; answers its file, if it is new. */
export async function copyBlock(document: DocumentAccess, stage: string): Promise<string | null> {
  return (await applyBlockEdits(document, { ask: "copy-block", stage }))[0]?.path ?? null;
}

/** The same for a press: opens the new file and says so, with the undo. */
export async function copyInto(
  workspace: Workspace,
  places: { readonly awaitFile: (path: string) => void },
  stage: string,
): Promise<void> {
  try {
    const path = await copyBlock(workspace, stage);
    if (path !== null) places.awaitFile(path);
    workspace.toasts.say(
      path === null ? `${stage} already runs the project's file.` : `${stage} now runs ${path} in your project.`,
      undoOfLastStep(workspace),
    );
  } catch (error) {
    if (!(error instanceof LanguageRefusal)) throw error;
    workspace.toasts.say(error.message);
  }
}

/** Does what the language answers to this, and answers the new files. Throws `LanguageRefusal`. */
async function applyBlockEdits(
  document: DocumentAccess,
  request: Parameters<DocumentAccess["language"]["ask"]>[0],
): Promise<readonly NewText[]> {
  const { files } = await makeCurrent(
    document.files,
    () => document.language.ask<BlockEdits>(request),
    (answer) => addTexts(document, answer.files, answer.edits),
  );
  document.checking.touch(0);
  return files;
}

/** New texts, and edits of others with them, as one step of the undo. */
function addTexts(document: DocumentAccess, texts: readonly NewText[], edits: readonly TextEdit[]): void {
  const { doc, undo } = document.files;
  undo.stopCapturing();
  doc.transact(() => {
    for (const { path, text } of texts) addText(document.files, path, text);
    document.edit(edits);
  }, OUTSIDE_EDIT);
  undo.stopCapturing();
}

// Uses in the Runefile of files that are about to be renamed or deleted. Where the language cannot tell, there are
// none: the file is the person's, and the Runefile then reports the missing file itself.
import type { TextEdit } from "../../api/schema";
import type { EditsAnswer, FileUse, FileUsesAnswer } from "../../language";
import { lineChanges, type LineChange } from "../document/lines/changes";
import type { Workspace } from "../session/workspace";
import { makeCurrent } from "./edit-queue";

type LanguageAndFiles = Pick<Workspace, "language" | "files">;

/** The edits by which the Runefile names files by their new paths, by their old ones. */
export async function renamingEdits(
  { language }: LanguageAndFiles,
  movedPaths: ReadonlyMap<string, string>,
): Promise<readonly TextEdit[]> {
  try {
    return (await language.ask<EditsAnswer>({ ask: "rename-files", moved: Object.fromEntries(movedPaths) })).edits;
  } catch {
    return [];
  }
}

/** Gives files other paths, and names them so in the Runefile. Answers the edits, which are of the text as it stands. */
export async function moveAndRename(
  workspace: LanguageAndFiles & Pick<Workspace, "move">,
  paths: ReadonlyMap<string, string>,
  movedPaths: ReadonlyMap<string, string>,
): Promise<readonly TextEdit[]> {
  const { edits } = await makeCurrent(
    workspace.files,
    async () => ({ edits: await renamingEdits(workspace, movedPaths) }),
    (answer) => workspace.move(paths, answer.edits),
  );
  return edits;
}

/** Where the Runefile names one of these files. A Runefile that goes with them needs none. */
export async function usesOf({ language }: LanguageAndFiles, paths: ReadonlySet<string>): Promise<readonly FileUse[]> {
  try {
    const { uses } = await language.ask<FileUsesAnswer>({ ask: "file-uses" });
    return uses.filter(({ path, file }) => paths.has(path) && !paths.has(file));
  } catch {
    return [];
  }
}

/** The changes that edits make in the texts as they are here. */
export function changesOf({ files }: LanguageAndFiles, edits: readonly TextEdit[]): readonly LineChange[] {
  return [...new Set(edits.map(({ file }) => file))].flatMap((path) => {
    const file = files.list().find((each) => each.path === path);
    const text = file === undefined ? null : files.text(file.id);
    return text === null
      ? []
      : lineChanges(
          text.toJSON(),
          edits.filter((edit) => edit.file === path),
        );
  });
}

// Who wrote what of an open text, shown beside it when it is asked for. What draws it is fetched then.
import type { FileEntry } from "../../document/files/files";
import type { Workspace } from "../../session/workspace";
import type { EditorHandle } from "../../context/editor-handle";

/** The texts beside which it is shown. */
const shownTexts = new WeakMap<object, true>();

/** Show who wrote the lines of a file, and say it of the line at the cursor; hide it when it is shown. */
export async function toggleAuthors(editor: EditorHandle, workspace: Workspace, file: FileEntry): Promise<void> {
  const text = workspace.files.text(file.id);
  if (text === null) return;
  if (shownTexts.delete(text)) {
    editor.show([]);
    return;
  }
  const [{ authorGutter, authorsOfLine }, authors] = await Promise.all([
    import("./gutter"),
    workspace.authors(file.path),
  ]);
  shownTexts.set(text, true);
  editor.show(authorGutter(text, authors, () => shownTexts.delete(text)));
  const line = editor.line();
  workspace.toasts.say(`Line ${line}: ${authorsOfLine(text, authors, line, Date.now())}`);
}

// The commands that change the text, most of them by its language.
import type { EditorHandle } from "../context/editor-handle";
import type { StudioStores } from "../context/studio";
import type { Command } from "./command";
import { unlessEditor, unlessFile, unlessRunefile, type CommandState } from "./state";

/** Fetched when one of them is used for the first time. */
const languageActions = () => import("./language-actions");

export function editCommands(state: CommandState, studio: StudioStores): readonly Command[] {
  const { workspace, places } = studio;
  const group = "Edit";
  const editing = unlessEditor(state);
  const inRunefile = editing ?? unlessRunefile(state);
  const withEditor = (run: (editor: EditorHandle) => void) => (): void => {
    const { editor } = places.state.getState();
    if (editor !== null) run(editor);
  };
  const inFrontFile = (run: (id: string) => void) => (): void => {
    if (state.active !== null) run(state.active.id);
  };
  return [
    {
      id: "undo",
      title: "Undo",
      group,
      refusal: editing ?? unlessFile(state),
      run: inFrontFile((id) => workspace.files.undo.undoIn(id)),
    },
    {
      id: "redo",
      title: "Redo",
      group,
      refusal: editing ?? unlessFile(state),
      run: inFrontFile((id) => workspace.files.undo.redoIn(id)),
    },
    {
      id: "edit.fix",
      title: "Quick fix…",
      group,
      refusal: inRunefile,
      run: withEditor((editor) =>
        workspace.attempt(languageActions().then(({ chooseFix }) => chooseFix(studio, editor))),
      ),
    },
    {
      id: "edit.rename",
      title: "Rename the stage or resource at the cursor…",
      group,
      keys: "F2",
      keyScope: "in the editor",
      refusal: inRunefile,
      run: withEditor((editor) =>
        workspace.attempt(languageActions().then(({ renameName }) => renameName(studio, editor))),
      ),
    },
    {
      id: "edit.format",
      title: "Format Runefile",
      group,
      keys: "Shift+Alt+f",
      keyScope: "by its part",
      refusal: inRunefile,
      run: withEditor((editor) => editor.rewrite("format")),
    },
    {
      id: "edit.infer",
      title: "Fill in output types",
      group,
      refusal: inRunefile,
      run: withEditor((editor) => editor.rewrite("infer")),
    },
  ];
}

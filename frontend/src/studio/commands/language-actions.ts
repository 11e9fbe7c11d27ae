// The commands about the name at the cursor: the editor finds, and where there is a choice its person is asked.
import type { LanguageAction } from "../../language";
import type { EditorHandle } from "../context/editor-handle";
import type { StudioStores } from "../context/studio";
import { areCurrent, textsOf } from "../edits/edit-queue";
import { destinationsOf } from "./destinations";

export async function findReferences(
  { workspace, places, dialogs }: StudioStores,
  editor: EditorHandle,
): Promise<void> {
  const locations = await editor.references();
  const { files } = workspace.state.getState();
  if (locations.length === 0) workspace.toasts.say("Put the cursor on the name of a stage or of a resource.");
  else
    dialogs.open({
      what: "choose",
      title: "References",
      choices: destinationsOf(locations, files, workspace, places.goTo),
    });
}

export async function chooseFix({ workspace, dialogs }: StudioStores, editor: EditorHandle): Promise<void> {
  const before = textsOf(workspace.files);
  const fixes = await editor.actions();
  // The list stays open while others type.
  const apply = ({ edits }: LanguageAction): void => {
    if (areCurrent(edits, before, textsOf(workspace.files))) workspace.edit(edits);
    else workspace.toasts.say("The text has changed since. Open the quick fixes again.");
  };
  const choices = fixes.map((action, index) => ({
    id: String(index),
    title: action.title,
    kind: action.code ?? "",
    go: () => apply(action),
  }));
  if (fixes.length === 0) workspace.toasts.say("There is nothing to fix here.");
  else dialogs.open({ what: "choose", title: "Quick fix", choices });
}

export async function renameName({ dialogs }: StudioStores, editor: EditorHandle): Promise<void> {
  const name = await editor.nameAtCursor();
  if (name !== null) dialogs.open({ what: "rename-name", name, rename: (next) => editor.rename(next) });
}

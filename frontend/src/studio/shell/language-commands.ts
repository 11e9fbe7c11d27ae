// What the commands about the name at the cursor do: the editor finds, and where there is a choice its person is asked.
import { placesOf } from "../commands/places";
import type { StudioActions } from "../commands/studio-commands";
import type { EditorHandle } from "../editor/Editor";
import type { Workspace } from "../session/workspace";
import type { Asking } from "./Dialogs";

interface LanguageCommandOptions {
  readonly workspace: Workspace;
  readonly editor: EditorHandle | null;
  readonly ask: (asking: Asking) => void;
  readonly goTo: (path: string, line: number, column: number) => void;
}

type LanguageActions = Pick<
  StudioActions,
  "definition" | "references" | "renameName" | "quickFix" | "format" | "inferTypes"
>;

export function languageActions({ workspace, editor, ask, goTo }: LanguageCommandOptions): LanguageActions {
  const references = async (): Promise<void> => {
    const found = (await editor?.references()) ?? [];
    if (found.length === 0) workspace.toasts.say("Put the cursor on the name of a stage or of a resource.");
    else
      ask({
        what: "choose",
        title: "References",
        choices: placesOf(found, workspace.state.getState().files, workspace, goTo),
      });
  };
  const quickFix = async (): Promise<void> => {
    const found = (await editor?.actions()) ?? [];
    if (found.length === 0) workspace.toasts.say("There is nothing to fix here.");
    else
      ask({
        what: "choose",
        title: "Quick fix",
        choices: found.map((action, index) => ({
          id: String(index),
          title: action.title,
          kind: action.code ?? "",
          go: () => workspace.edit(action.edits),
        })),
      });
  };
  const renameName = async (): Promise<void> => {
    const name = (await editor?.nameAtCursor()) ?? null;
    if (editor !== null && name !== null) ask({ what: "rename-name", name, rename: (next) => editor.rename(next) });
  };
  return {
    definition: () => editor?.goToDefinition(),
    references: () => editor !== null && workspace.attempt(references()),
    renameName: () => workspace.attempt(renameName()),
    quickFix: () => editor !== null && workspace.attempt(quickFix()),
    format: () => editor?.rewrite("format"),
    inferTypes: () => editor?.rewrite("infer"),
  };
}

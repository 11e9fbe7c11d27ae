// A block of the catalogue made the project's own: said, opened, and taken back by one undo.
import { LanguageRefusal } from "../../language";
import type { Places } from "../shell/places";
import { copyBlock } from "./new-block";
import type { Workspace } from "./workspace";

export async function copyInto(workspace: Workspace, places: Places, stage: string): Promise<void> {
  try {
    const path = await copyBlock(workspace, stage);
    if (path !== null) places.awaitFile(path);
    workspace.toasts.say(
      path === null ? `${stage} runs the file that is there already.` : `${stage} runs ${path}, which is yours now.`,
      { label: "Undo", run: () => void workspace.files.undo.undo() },
    );
  } catch (error) {
    if (!(error instanceof LanguageRefusal)) throw error;
    workspace.toasts.say(error.message);
  }
}

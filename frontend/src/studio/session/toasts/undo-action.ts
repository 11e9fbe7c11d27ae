// The button of a message by which an edit is taken back: that edit, and nothing that was done after it.
import type { Workspace } from "../workspace";
import type { Toast } from "./toasts";

/** The part of the workspace that this uses, so that a test can pass another. */
type UndoneWorkspace = Pick<Workspace, "toasts"> & { readonly files: Pick<Workspace["files"], "undo"> };

/** Takes back the step that this page made last. */
export function undoOfLastStep({ files: { undo }, toasts }: UndoneWorkspace): Toast["action"] {
  const step = undo.undoStack.at(-1);
  return {
    label: "Undo",
    run: () => {
      if (step === undefined) return;
      if (undo.isNewestOfItsFiles(step)) undo.undoStep(step);
      else toasts.say("You edited the files after this. Undo the later edits first.");
    },
  };
}

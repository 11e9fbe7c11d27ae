// "Add labels" of an output in the preview: the file is opened to be filled in.
import { useCallback } from "react";
import { sentenceOf } from "../api/problem";
import type { Workspace } from "./workspace";

/** Stays the same from render to render as long as `open` does, which shows a file by its path. */
export function useLabels(
  workspace: Workspace,
  open: (path: string) => void,
): (stage: string | null, index: number, count: number) => void {
  return useCallback(
    (stage, index, count) => {
      void import("./label-file")
        .then(({ addLabels }) => addLabels(workspace, { stage, index, count }))
        .then(
          (path) => path !== null && open(path),
          (error: unknown) => workspace.toasts.say(sentenceOf(error)),
        );
    },
    [workspace, open],
  );
}

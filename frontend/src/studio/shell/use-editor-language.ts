// What the editor may do with the language: ask it, apply its edits, go where it points, and say what it says.
import { useEffect, useMemo, useRef } from "react";
import type { EditorLanguage } from "../editor/language";
import type { Workspace } from "../session/workspace";

/** The same one from word to word, or the editor would begin anew at each. */
export function useEditorLanguage(
  workspace: Workspace,
  runefile: string,
  goTo: (path: string, line: number, column: number) => void,
): EditorLanguage {
  const going = useRef(goTo);
  useEffect(() => {
    going.current = goTo;
  });
  return useMemo(
    () => ({
      ask: (request) => workspace.language.ask(request),
      file: runefile,
      apply: (edits) => workspace.edit(edits),
      go: (path, line, column) => going.current(path, line, column),
      say: (sentence) => workspace.toasts.say(sentence),
    }),
    [workspace, runefile],
  );
}

// What is wrong with the text: which files have trouble, how one goes to a problem, and whether a fix still fits the text.
import type { Diagnostic, TextEdit } from "../../api/schema";
import { useMemo } from "react";
import type { EditorHandle } from "../editor/Editor";
import type { Checked } from "../session/checking";
import type { TextState, Workspace } from "../session/workspace";

interface ProblemsOptions {
  readonly workspace: Workspace;
  readonly text: TextState;
  readonly checked: Checked | null;
  readonly diagnostics: readonly Diagnostic[];
  /** The path of the file that is shown. */
  readonly shown: string | undefined;
  readonly editor: EditorHandle | null;
  readonly goTo: (path: string, line: number, column: number) => void;
}

export interface Problems {
  /** Paths with an error, and with a warning only. */
  readonly troubled: ReadonlyMap<string, "error" | "warning">;
  /** Applies a fix; null while the text is newer than the diagnostics. */
  readonly fix: ((edits: readonly TextEdit[]) => void) | null;
  readonly goToProblem: (problem: Diagnostic) => void;
  /** The next one of the text that is shown, else the first of all. */
  readonly goToNext: () => void;
}

export function useProblems({ workspace, text, checked, diagnostics, shown, editor, goTo }: ProblemsOptions): Problems {
  const troubled = useMemo(() => {
    const found = new Map<string, "error" | "warning">();
    for (const { file, severity } of diagnostics) if (found.get(file) !== "error") found.set(file, severity);
    return found;
  }, [diagnostics]);
  const goToProblem = ({ file, span }: Diagnostic): void => goTo(file, span.start.line, span.start.column);
  return {
    troubled,
    fix: (checked === null ? !text.ahead : checked.isFresh) ? (edits) => workspace.mend(edits) : null,
    goToProblem,
    goToNext: () => {
      const [first] = diagnostics;
      if (diagnostics.some(({ file }) => file === shown)) editor?.nextProblem();
      else if (first !== undefined) goToProblem(first);
    },
  };
}

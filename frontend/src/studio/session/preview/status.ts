// The preview's one line about the text and the rune that runs. Pure; the words are for a person.
import type { Diagnostic, Preview } from "../../../api/schema";
import type { TextState } from "../workspace";

export interface PreviewStatus {
  readonly tone: "ok" | "warn" | "bad" | "info";
  readonly text: string;
  /** The problem that stands in the way, to jump to. */
  readonly problem: Diagnostic | null;
}

/** With the file: the line is shown beside whatever file is open. */
function place(problem: Diagnostic): string {
  return `${problem.file}, line ${problem.span.start.line},`;
}

/** Why what runs is of an older text, said under its answers: its text has an error. Null where the newest runs. */
export function olderReason(preview: Preview): string | null {
  if (preview.state !== "broken" || preview.build === null) return null;
  const problem = preview.diagnostics.find((diagnostic) => diagnostic.severity === "error");
  return problem === undefined
    ? "From the last good version"
    : `From the last good version: ${place(problem)} has an error`;
}

/**
 * How far the newest edit is on its way: kept here while one is signed out or nobody can be reached, not stored yet, stored
 * but not checked yet, stored and checked.
 */
export type EditState = "signed-out" | "offline" | "saving" | "checking" | "checked";

export function editState({ save, ahead }: Pick<TextState, "save" | "ahead">, isSignedOut: boolean): EditState {
  const isUnsent = save === "saving" || save === "offline-unsent";
  if (isSignedOut && (isUnsent || ahead)) return "signed-out";
  if (save === "offline-unsent") return "offline";
  if (save === "saving") return "saving";
  return ahead ? "checking" : "checked";
}

/** The line; `isHere` when the rune of the preview is in the page. */
export function previewStatus(preview: Preview, edit: EditState, isHere: boolean): PreviewStatus {
  const problem = preview.diagnostics.find((diagnostic) => diagnostic.severity === "error") ?? null;
  const runs = preview.build !== null;
  if (edit === "signed-out") return { tone: "warn", text: "Sign in again to run your edit", problem: null };
  if (preview.state === "broken") {
    const condition = problem === null ? "the Runefile is fixed" : `${place(problem)} is fixed`;
    return {
      tone: "warn",
      text: runs ? `Running the previous version until ${condition}` : `Nothing runs until ${condition}`,
      problem,
    };
  }
  if (preview.state === "failed") {
    const reason = preview.error ?? "The build failed.";
    return { tone: "bad", text: runs ? `${reason} The previous version is still running.` : reason, problem: null };
  }
  if (edit === "offline") return { tone: "warn", text: "Your edit is sent when the connection is back", problem: null };
  if (edit === "saving") return { tone: "info", text: "Saving your edit…", problem: null };
  if (edit === "checking" || preview.state === "checking" || (preview.state === "ready" && !preview.current))
    return { tone: "info", text: "Checking your edit…", problem: null };
  if (preview.state === "building")
    return { tone: "info", text: runs ? "Building your edit…" : "Building for the first time…", problem: null };
  if (!isHere) return { tone: "info", text: "Starting the new version…", problem: null };
  return { tone: "ok", text: "Up to date", problem: null };
}

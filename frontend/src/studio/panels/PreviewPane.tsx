// The running app beside its text, with one line that says which text it is of. How a rune runs is the preview's.
import { useMemo } from "react";
import { Preview } from "../../preview";
import type { ProjectClient } from "../api/client";
import type { Diagnostic, Preview as PreviewState, PreviewBuild } from "../api/types";
import { previewStatus, type EditState } from "../session/preview-status";
import { useRune } from "../session/use-rune";

interface PreviewPaneProps {
  readonly client: ProjectClient;
  readonly preview: PreviewState;
  /** How far the text is; whether its rune is here is known here. */
  readonly edit: "offline" | "saving" | "checking" | "seen";
  readonly onProblem: (problem: Diagnostic) => void;
}

function arenaOf(build: PreviewBuild | null): number | null {
  if (build === null || build.memory === null) return null;
  return typeof build.memory === "number" ? build.memory : build.memory.arena;
}

export function PreviewPane({ client, preview, edit, onProblem }: PreviewPaneProps) {
  const { rune, error } = useRune(client, preview.build);
  const isHere = rune?.digest === preview.build?.rune_digest;
  const progress: EditState = edit === "seen" ? (isHere ? "here" : "fetching") : edit;
  const { problem, tone, text } = useMemo(() => previewStatus(preview, progress), [preview, progress]);
  const status = (
    <span className="preview-status" role="status">
      {problem === null ? (
        <span className={`tag ${tone}`}>{text}</span>
      ) : (
        <button type="button" className={`tag ${tone}`} title="Go to it" onClick={() => onProblem(problem)}>
          {text}
        </button>
      )}
    </span>
  );
  return (
    <div className="preview-pane">
      {error !== null && <p className="notice bad">The rune could not be fetched. {error}</p>}
      <Preview rune={rune?.bytes ?? null} status={status} memory={arenaOf(preview.build)} />
    </div>
  );
}

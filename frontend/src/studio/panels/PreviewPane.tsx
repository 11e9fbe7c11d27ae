// The running app beside its text, with one line that says which text it is of.
import type { ProjectClient } from "../api/client";
import type { Diagnostic, Preview as PreviewState } from "../api/types";
import { bytes } from "../parts/words";
import { previewStatus } from "../session/preview-status";
import { useRune } from "../session/use-rune";

interface PreviewPaneProps {
  readonly client: ProjectClient;
  readonly preview: PreviewState;
  /** Whether something was typed that the server has not stored yet. */
  readonly unsent: boolean;
  readonly onProblem: (problem: Diagnostic) => void;
}

export function PreviewPane({ client, preview, unsent, onProblem }: PreviewPaneProps) {
  const { rune, error } = useRune(client, preview.build);
  const status = previewStatus(preview, unsent);
  const { problem } = status;
  return (
    <aside className="preview-pane" aria-label="Preview">
      <div className="row wrap">
        <h2>Preview</h2>
        <span className="preview-status" role="status">
          {problem === null ? (
            <span className={`tag ${status.tone}`}>{status.text}</span>
          ) : (
            <button type="button" className={`tag ${status.tone}`} onClick={() => onProblem(problem)}>
              {status.text}
            </button>
          )}
        </span>
      </div>
      {error !== null && <p className="notice bad">{error}</p>}
      {rune !== null && bytes(rune.bytes.byteLength)}
    </aside>
  );
}

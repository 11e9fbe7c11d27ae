// Everything that is wrong with the project, one problem a row; pressing a row goes to the place, pressing a mend mends it.
import type { Diagnostic, TextEdit } from "../../api/schema";
import { CircleAlert, TriangleAlert } from "lucide-react";
import { Ticked } from "../parts/Ticked";
import { walk } from "../parts/walk";

interface ProblemsProps {
  readonly diagnostics: readonly Diagnostic[];
  readonly checking: boolean;
  readonly onSelect: (diagnostic: Diagnostic) => void;
  /** Whether mends are offered; a viewer reads only. */
  readonly mayEdit: boolean;
  /** Null while the text is newer than the problems: a mend would fall on other words. */
  readonly onMend: ((edits: readonly TextEdit[]) => void) | null;
}

export function Problems({ diagnostics, checking, mayEdit, onSelect, onMend }: ProblemsProps) {
  if (diagnostics.length === 0)
    return <p className="panel-note muted">{checking ? "Checking…" : "No problems. The project can be built."}</p>;
  return (
    <ul className="problems" onKeyDown={walk}>
      {diagnostics.map((diagnostic, index) => (
        <li key={`${index} ${diagnostic.code} ${diagnostic.file}`}>
          <button type="button" data-walk onClick={() => onSelect(diagnostic)}>
            {diagnostic.severity === "error" ? (
              <CircleAlert className="icon wrong" aria-label="Error" />
            ) : (
              <TriangleAlert className="icon worse" aria-label="Warning" />
            )}
            <span className="problem-text">
              <Ticked>{diagnostic.message}</Ticked>
              {diagnostic.notes.map((note) => (
                <span key={note} className="note muted">
                  <Ticked>{note}</Ticked>
                </span>
              ))}
            </span>
            <span className="mono muted">{diagnostic.code}</span>
            <span className="muted num">
              {diagnostic.file}:{diagnostic.span.start.line}:{diagnostic.span.start.column}
            </span>
          </button>
          {mayEdit && diagnostic.fixes.length > 0 && (
            <div className="mends row wrap">
              {diagnostic.fixes.map((fix) => (
                <button
                  key={fix.title}
                  type="button"
                  className="button"
                  disabled={onMend === null}
                  onClick={() => onMend?.(fix.edits)}
                >
                  {fix.title}
                </button>
              ))}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

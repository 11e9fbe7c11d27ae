// Everything that is wrong with the project, one problem a row; pressing a row goes to the place, pressing a fix applies it.
import { CircleAlert, TriangleAlert } from "lucide-react";
import { CodeLink } from "../parts/CodeLink";
import { InlineCode } from "../parts/InlineCode";
import { moveFocus } from "../parts/arrow-keys";
import "../styles/problem-list.css";
import { useApplyFix, useDiagnostics, useMayEdit, useSession, useStudio } from "../context/studio";

export default function Problems() {
  const { places } = useStudio();
  const diagnostics = useDiagnostics();
  const isChecking = useSession(({ preview }) => preview.state === "checking");
  const mayEdit = useMayEdit();
  const applyFix = useApplyFix();
  if (diagnostics.length === 0)
    return <p className="panel-note muted">{isChecking ? "Checking…" : "No problems. The project can be built."}</p>;
  return (
    <ul className="problems" onKeyDown={moveFocus}>
      {diagnostics.map((diagnostic, index) => (
        <li key={`${index} ${diagnostic.code} ${diagnostic.file}`}>
          <button type="button" data-row onClick={() => places.goToProblem(diagnostic)}>
            {diagnostic.severity === "error" ? (
              <CircleAlert className="icon wrong" aria-label="Error" />
            ) : (
              <TriangleAlert className="icon worse" aria-label="Warning" />
            )}
            <span className="problem-text">
              <InlineCode>{diagnostic.message}</InlineCode>
              {diagnostic.notes.map((note) => (
                <span key={note} className="note muted">
                  <InlineCode>{note}</InlineCode>
                </span>
              ))}
            </span>
            <span className="muted num">
              {diagnostic.file}:{diagnostic.span.start.line}:{diagnostic.span.start.column}
            </span>
          </button>
          <CodeLink code={diagnostic.code} />
          {mayEdit && diagnostic.fixes.length > 0 && (
            <div className="fixes row wrap">
              {diagnostic.fixes.map((fix) => (
                <button
                  key={fix.title}
                  type="button"
                  className="button"
                  disabled={applyFix === null}
                  onClick={() => applyFix?.(fix.edits)}
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

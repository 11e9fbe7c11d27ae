// Everything that is wrong with the project, one problem a row; pressing a row goes to the place, pressing a fix applies it.
import { CircleAlert, TriangleAlert } from "lucide-react";
import { CodeLink } from "../parts/CodeLink";
import { InlineCode } from "../../look/code/InlineCode";
import { moveFocus } from "../parts/arrow-keys";
import "../styles/problems/list.css";
import type { Diagnostic } from "../../api/schema";
import { problemsOfBuild } from "../session/problems/of-build";
import { useApplyFix, useDiagnostics, useMayEdit, useSession, useStudio } from "../context/studio";

export default function Problems() {
  const diagnostics = useDiagnostics();
  const isChecking = useSession(({ preview: { state } }) => state === "checking" || state === "building");
  const builds = useSession((session) => session.builds);
  const ofBuild = problemsOfBuild(builds, diagnostics);
  return (
    <>
      {diagnostics.length === 0 ? (
        <p className="panel-note muted">
          {isChecking
            ? "Checking…"
            : ofBuild === null
              ? "No problems. The project can be built."
              : "No problems in the newest text."}
        </p>
      ) : (
        <ProblemList diagnostics={diagnostics} fixable />
      )}
      {ofBuild !== null && (
        <section aria-label={`Problems of build ${ofBuild.build.number}`}>
          <p className="panel-note muted">Build {ofBuild.build.number} failed with the text that it was of:</p>
          <ProblemList diagnostics={ofBuild.diagnostics} />
        </section>
      )}
    </>
  );
}

interface ProblemListProps {
  readonly diagnostics: readonly Diagnostic[];
  /** True if they are of the newest text, so that their fixes can be applied. */
  readonly fixable?: boolean;
}

function ProblemList({ diagnostics, fixable = false }: ProblemListProps) {
  const { places } = useStudio();
  const mayEdit = useMayEdit() && fixable;
  const applyFix = useApplyFix();
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

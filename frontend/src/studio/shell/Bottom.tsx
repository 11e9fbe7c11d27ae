// The panel under the text: the problems, and the builds with their logs.
import type { Build, Diagnostic, TextEdit } from "../../api/schema";
import { lazy, Suspense, useId } from "react";
import { Problems } from "../panels/Problems";
import { problemCounts } from "../session/problem-count";
import type { Session } from "../session/state";
import { ago } from "../parts/words";
import { Tabs } from "./Tabs";

/** Fetched when it is first shown. */
const BuildLog = lazy(() => import("../panels/BuildLog"));

export type BottomTab = "problems" | "build";

interface BottomProps {
  readonly session: Session;
  readonly diagnostics: readonly Diagnostic[];
  readonly tab: BottomTab;
  readonly build: Build | null;
  readonly mayEdit: boolean;
  readonly now: number;
  readonly onTab: (tab: BottomTab) => void;
  readonly onBuild: (id: string) => void;
  readonly onDiagnostic: (diagnostic: Diagnostic) => void;
  readonly onMend: ((edits: readonly TextEdit[]) => void) | null;
  readonly onCancel: (build: Build) => void;
  readonly onPublish: (build: Build) => void;
}

export function Bottom({
  session,
  diagnostics,
  tab,
  build,
  mayEdit,
  now,
  onTab,
  onBuild,
  onDiagnostic,
  onMend,
  onCancel,
  onPublish,
}: BottomProps) {
  const panel = useId();
  const tabs = [
    { id: "problems", label: "Problems", marks: problemCounts(diagnostics) },
    ...(build === null ? [] : [{ id: "build", label: `Build ${build.number}` }]),
  ];
  const shown = tab === "build" && build !== null ? "build" : "problems";
  return (
    <section className="bottom" aria-label="Problems and builds">
      <Tabs
        label="Problems and builds"
        tabs={tabs}
        active={shown}
        controls={panel}
        onChoose={(id) => onTab(id === "build" ? "build" : "problems")}
      >
        {shown === "build" && session.builds.length > 1 && (
          <select
            className="quiet-select"
            aria-label="Which build"
            value={build?.id}
            onChange={(event) => onBuild(event.target.value)}
          >
            {session.builds.map((each) => (
              <option key={each.id} value={each.id}>
                Build {each.number}, {each.state}, {ago(each.created, now)}
              </option>
            ))}
          </select>
        )}
      </Tabs>
      <div id={panel} role="tabpanel" className="bottom-body">
        {shown === "build" && build !== null ? (
          <Suspense fallback={<p className="panel-note muted">Loading…</p>}>
            <BuildLog
              key={build.id}
              build={build}
              lines={session.logs[build.id]}
              tags={session.tags}
              mayEdit={mayEdit}
              onCancel={() => onCancel(build)}
              onPublish={() => onPublish(build)}
              onProblems={() => onTab("problems")}
            />
          </Suspense>
        ) : (
          <Problems
            diagnostics={diagnostics}
            checking={session.preview.state === "checking"}
            mayEdit={mayEdit}
            onSelect={onDiagnostic}
            onMend={onMend}
          />
        )}
      </div>
    </section>
  );
}

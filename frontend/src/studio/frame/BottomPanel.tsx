// The panel under the text: the problems, and the builds with their logs.
import { Suspense, useEffect, useId } from "react";
import { useStore } from "zustand";
import { lazyPart } from "../../look/boundary";
import { deferred } from "../session/deferral";
import { buildTitle, withoutProposals } from "../session/project-session";
import { problemCounts } from "../session/problems/count";
import { ago } from "../format/quantities";
import { useDiagnostics, useMayEdit, useSession, useStudio } from "../context/studio";
import { Tabs } from "../parts/Tabs";
import { useNow } from "../parts/use-now";

/** The tab tells how many there are; what they are comes with what helps with writing. */
const Problems = lazyPart(deferred(() => import("../panels/Problems")));
/** Fetched when it is first shown. */
const BuildLog = lazyPart(() => import("../panels/BuildLog"));

export function BottomPanel() {
  const { workspace, building, dialogs } = useStudio();
  const tab = useStore(building.state, (state) => state.tab);
  const chosenBuild = useStore(building.state, (state) => state.chosenBuild);
  const builds = useSession((session) => session.builds);
  const tags = useSession((session) => session.tags);
  const build = builds.find((each) => each.id === chosenBuild) ?? withoutProposals(builds)[0] ?? builds[0] ?? null;
  const lines = useSession(({ logs }) => (build === null ? undefined : logs[build.id]));
  const diagnostics = useDiagnostics();
  const mayEdit = useMayEdit();
  const now = useNow();
  const id = build?.id ?? null;
  useEffect(() => {
    if (id !== null && tab === "build") workspace.store.watch(id);
  }, [workspace, id, tab]);
  const panel = useId();
  const tabs = [
    { id: "problems", label: "Problems", marks: problemCounts(diagnostics) },
    ...(build === null ? [] : [{ id: "build", label: buildTitle(build) }]),
  ];
  const shownTab = tab === "build" && build !== null ? "build" : "problems";
  return (
    <section className="bottom" aria-label="Problems and builds">
      <Tabs
        label="Problems and builds"
        tabs={tabs}
        active={shownTab}
        controls={panel}
        onChoose={(choice) => building.showTab(choice === "build" ? "build" : "problems")}
      >
        {shownTab === "build" && builds.length > 1 && (
          <select
            className="quiet-select"
            aria-label="Which build"
            value={build?.id}
            onChange={(event) => building.choose(event.target.value)}
          >
            {builds.map((each) => (
              <option key={each.id} value={each.id}>
                {buildTitle(each)}, {each.state}, {ago(each.created, now)}
              </option>
            ))}
          </select>
        )}
      </Tabs>
      <div id={panel} role="tabpanel" className="bottom-body">
        {shownTab === "build" && build !== null ? (
          <Suspense fallback={<p className="panel-note muted">Loading…</p>}>
            <BuildLog
              key={build.id}
              build={build}
              lines={lines}
              tags={tags}
              mayEdit={mayEdit}
              onCancel={() => building.cancel(build)}
              onPublish={() => dialogs.open({ what: "publish", build })}
              onProblems={() => building.showTab("problems")}
            />
          </Suspense>
        ) : (
          <Suspense fallback={<p className="panel-note muted">Checking…</p>}>
            <Problems />
          </Suspense>
        )}
      </div>
    </section>
  );
}

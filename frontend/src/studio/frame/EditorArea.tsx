// The middle of the page: tabs of open files, the graph above the text, or a file's own page.
import { Suspense, useEffect, useId, useMemo, useRef } from "react";
import { lazyPart } from "../../look/boundary";
import { Editor } from "../editor/Editor";
import type { EditorLanguage } from "../editor/language";
import { EditQueue } from "../edits/edit-queue";
import { READING_NAMES, readingOf } from "../pages/reading";
import { ReadPage } from "../pages/ReadPage";
import { baseName, extension } from "../document/files/paths";
import { POLICY_FILE } from "../document/files/runefile";
import { deferred } from "../session/deferral";
import { useWatching } from "../session/preview/variant-build";
import type { Jump, FileView } from "../context/places";
import {
  applyIfCurrent,
  useDiagnostics,
  useMayEdit,
  useOutline,
  usePlace,
  useStudio,
  useText,
} from "../context/studio";
import { Tabs } from "../parts/Tabs";
import { useView } from "./use-view";

/** Fetched when it is first shown, and after the text: a graph that can be edited is as large as an editor. */
const GraphView = lazyPart(deferred(() => import("../graph/GraphView")));
/** Fetched when they are first shown. */
const BinaryPage = lazyPart(() => import("../pages/BinaryPage"));
const ModelPage = lazyPart(() => import("../pages/ModelPage"));

function viewsOf(second: string): readonly { readonly id: FileView; readonly label: string }[] {
  return [
    { id: "text", label: "Text" },
    { id: "both", label: "Both" },
    { id: "graph", label: second },
  ];
}

/** How the body is laid out: the graph above its text, a page beside it, or one of them alone. */
function layoutOf(isRunefile: boolean, hasSecond: boolean, view: FileView): string {
  if (!hasSecond || view === "text") return "text-only";
  if (view === "graph") return isRunefile ? "graph-only" : "text-only";
  return isRunefile ? "both" : "beside";
}

/** Once the editor shows the file of a jump it goes there, and once only: coming back to the tab later finds the place that was left. */
function useJumps(active: string | null): void {
  const jump = usePlace((place) => place.jump);
  const editor = usePlace((place) => place.editor);
  const lastJump = useRef<Jump | null>(null);
  useEffect(() => {
    if (jump === null || editor === null || jump === lastJump.current || active !== jump.file) return;
    lastJump.current = jump;
    editor.goTo(jump.line, jump.column, jump.quiet !== true);
  }, [jump, active, editor]);
}

/**
 * The language for the editor of the Runefile, of forge.yml or of a block in Python: ask it, apply its edits, go where
 * it points, and show its messages. Null for another file.
 */
function useEditorLanguage(path: string | undefined): EditorLanguage | null {
  const { workspace, places } = useStudio();
  const runefile = usePlace((place) => place.runefile);
  const isUnderstood = path === runefile || path === POLICY_FILE || path?.endsWith(".py") === true;
  const file = isUnderstood ? (path ?? null) : null;
  const edits = useMemo(() => new EditQueue(workspace), [workspace]);
  return useMemo(
    () =>
      file === null
        ? null
        : {
            ask: (request) => workspace.language.ask(request),
            file,
            edit: (ask) => edits.run(ask, "alone"),
            go: places.goTo,
            say: (sentence) => workspace.toasts.say(sentence),
          },
    [workspace, places, edits, file],
  );
}

export function EditorArea() {
  const { workspace, places, nonce } = useStudio();
  const shownFiles = usePlace((place) => place.shownFiles);
  const runefile = usePlace((place) => place.runefile);
  const diagnostics = useDiagnostics();
  const isClosed = useText(({ save }) => save === "closed");
  const readOnly = !useMayEdit() || isClosed;
  const { setEditor } = places;
  const panel = useId();
  const { active } = shownFiles;
  const language = useEditorLanguage(active?.path);
  useJumps(active?.id ?? null);
  const text = active === null ? null : workspace.files.text(active.id);
  const isRunefile = active?.path === runefile;
  const names = useMemo(() => {
    const bases = shownFiles.tabs.map((file) => baseName(file.path));
    return shownFiles.tabs.map((file, index) =>
      bases.filter((base) => base === bases[index]).length > 1 ? file.path : (bases[index] ?? file.path),
    );
  }, [shownFiles.tabs]);
  const tabs = shownFiles.tabs.map((file, index) => ({
    id: file.id,
    label: names[index] ?? file.path,
    title: file.path,
    closable: shownFiles.tabs.length > 1,
  }));
  const reading = active === null || text === null || isRunefile ? null : readingOf(active.path);
  const [view, changeView] = useView(reading, text);
  const hasSecond = isRunefile || reading !== null;
  const second = hasSecond && view !== "text";
  const body = !hasSecond || view !== "graph";
  const openPath = (path: string): void => {
    const file = workspace.state.getState().files.find((each) => each.path === path);
    if (file === undefined) workspace.toasts.say(`There is no file ${path} in the project.`);
    else places.openFile(file.id);
  };
  return (
    <section className="middle" aria-label="Text">
      <Tabs
        label="Open files"
        tabs={tabs}
        active={active?.id ?? ""}
        controls={panel}
        onChoose={places.openFile}
        onClose={places.closeFile}
      >
        {hasSecond && (
          <span className="segmented" role="group" aria-label="View">
            {viewsOf(reading === null ? "Graph" : READING_NAMES[reading]).map(({ id, label }) => (
              <button key={id} type="button" aria-pressed={view === id} onClick={() => changeView(id)}>
                {label}
              </button>
            ))}
          </span>
        )}
      </Tabs>
      <div
        id={panel}
        role="tabpanel"
        aria-label={active?.path ?? "No file"}
        className={`middle-body ${layoutOf(isRunefile, hasSecond, view)}`}
      >
        {second && isRunefile && (
          <Suspense fallback={<div className={view === "graph" ? "graph-area alone" : "graph-area strip"} />}>
            <Graph isStrip={view !== "graph"} readOnly={readOnly} />
          </Suspense>
        )}
        {body && active !== null && text !== null && (
          <Editor
            ref={setEditor}
            text={text}
            file={active.id}
            undo={workspace.files.undo}
            presence={workspace.presence}
            path={active.path}
            readOnly={readOnly}
            nonce={nonce}
            diagnostics={diagnostics}
            onEditOtherFiles={(edits) => applyIfCurrent(workspace, edits)}
            say={(sentence) => workspace.toasts.say(sentence)}
            service={language}
            onCursor={places.setCursor}
          />
        )}
        <Suspense fallback={<p className="panel-note muted">Loading…</p>}>
          {second && reading !== null && active !== null && text !== null && (
            <ReadPage
              reading={reading}
              text={text}
              path={active.path}
              address={(path) => workspace.client.fileAddress(path)}
              onOpen={openPath}
              readOnly={readOnly}
            />
          )}
          {active !== null && text === null && extension(active.path) === "tflite" && (
            <ModelPage file={active} client={workspace.client} />
          )}
          {active !== null && text === null && extension(active.path) !== "tflite" && (
            <BinaryPage file={active} address={workspace.client.fileAddress(active.path)} />
          )}
        </Suspense>
        {active === null && <p className="panel-note muted">Nothing is open.</p>}
      </div>
    </section>
  );
}

function Graph({ isStrip, readOnly }: { readonly isStrip: boolean; readonly readOnly: boolean }) {
  const { workspace, places, dialogs } = useStudio();
  return (
    <GraphView
      workspace={workspace}
      outline={useOutline()}
      diagnostics={useDiagnostics()}
      runefile={usePlace((place) => place.runefile)}
      selectedStage={usePlace((place) => place.selectedStage)}
      isStrip={isStrip}
      readOnly={readOnly}
      watching={useWatching(workspace.watching)}
      onPick={places.pickStage}
      onText={places.goToStageText}
      onAlone={places.showGraphAt}
      onNewBlock={(at) => dialogs.open({ what: "new-block", at })}
    />
  );
}

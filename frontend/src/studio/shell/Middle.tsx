// The middle of the page: tabs of open files, the graph above the text, or a file's own page.
import type { Diagnostic, Outline, OutlineNode, TextEdit } from "../../api/schema";
import { lazy, Suspense, useId, useMemo, type Ref } from "react";
import { Editor, type Cursor, type EditorHandle } from "../editor/Editor";
import type { EditorLanguage } from "../editor/language";
import { READING_NAMES, readingOf } from "../pages/reading";
import { ReadPage } from "../pages/ReadPage";
import { baseName, extension } from "../document/paths";
import type { ShownFiles } from "../session/open-files";
import type { Workspace } from "../session/workspace";
import { afterFirstThings } from "../session/first-things";
import { useWatching } from "../session/watching";
import { Tabs } from "./Tabs";

/** Fetched when it is first shown, and after the text: a graph that can be edited is as large as an editor. */
const GraphView = lazy(afterFirstThings(() => import("../graph/GraphView")));
/** Fetched when they are first shown. */
const BinaryPage = lazy(() => import("../pages/BinaryPage"));
const ModelPage = lazy(() => import("../pages/ModelPage"));

/** What is shown of a file that has two forms: the Runefile as text and graph, Markdown as text and page. */
export type View = "text" | "both" | "graph";

interface MiddleProps {
  readonly workspace: Workspace;
  readonly shown: ShownFiles;
  readonly closable: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly outline: Outline;
  readonly selected: string | null;
  /** The path of the file that the graph draws. */
  readonly runefile: string;
  readonly view: View;
  readonly readOnly: boolean;
  readonly nonce: string;
  readonly editor: Ref<EditorHandle>;
  readonly answers: EditorLanguage;
  readonly onView: (view: View) => void;
  readonly onOpen: (id: string) => void;
  readonly onClose: (id: string) => void;
  readonly onCursor: (cursor: Cursor) => void;
  /** A stage is selected in the graph, or none. */
  readonly onPick: (node: OutlineNode | null) => void;
  readonly onStageText: (node: OutlineNode) => void;
  readonly onGraphAlone: (node: OutlineNode) => void;
  /** Mends the problems that are shown; null while the text is newer than they are. */
  readonly onMend: ((edits: readonly TextEdit[]) => void) | null;
}

function viewsOf(second: string): readonly { readonly id: View; readonly label: string }[] {
  return [
    { id: "text", label: "Text" },
    { id: "both", label: "Both" },
    { id: "graph", label: second },
  ];
}

/** How the body is laid out: the graph above its text, a page beside it, or one of them alone. */
function layoutOf(isRunefile: boolean, hasSecond: boolean, view: View): string {
  if (!hasSecond || view === "text") return "text-only";
  if (view === "graph") return isRunefile ? "graph-only" : "text-only";
  return isRunefile ? "both" : "beside";
}

export function Middle({
  workspace,
  shown,
  runefile,
  closable,
  diagnostics,
  outline,
  selected,
  view,
  readOnly,
  nonce,
  editor,
  answers,
  onView,
  onOpen,
  onClose,
  onCursor,
  onPick,
  onStageText,
  onGraphAlone,
  onMend,
}: MiddleProps) {
  const watching = useWatching(workspace.watching);
  const panel = useId();
  const { active } = shown;
  const text = active === null ? null : workspace.files.text(active.id);
  const isRunefile = active?.path === runefile;
  const names = useMemo(() => {
    const bases = shown.tabs.map((file) => baseName(file.path));
    return shown.tabs.map((file, index) =>
      bases.filter((base) => base === bases[index]).length > 1 ? file.path : (bases[index] ?? file.path),
    );
  }, [shown.tabs]);
  const tabs = shown.tabs.map((file, index) => ({
    id: file.id,
    label: names[index] ?? file.path,
    title: file.path,
    closable: closable,
  }));
  const reading = active === null || text === null || isRunefile ? null : readingOf(active.path);
  const hasSecond = isRunefile || reading !== null;
  const second = hasSecond && view !== "text";
  const body = !hasSecond || view !== "graph";
  const openPath = (path: string): void => {
    const file = workspace.state.getState().files.find((each) => each.path === path);
    if (file === undefined) workspace.toasts.say(`There is no file ${path} in the project.`);
    else onOpen(file.id);
  };
  return (
    <section className="middle" aria-label="Text">
      <Tabs
        label="Open files"
        tabs={tabs}
        active={active?.id ?? ""}
        controls={panel}
        onChoose={onOpen}
        onClose={onClose}
      >
        {hasSecond && (
          <span className="segmented" role="group" aria-label="View">
            {viewsOf(reading === null ? "Graph" : READING_NAMES[reading]).map(({ id, label }) => (
              <button key={id} type="button" aria-pressed={view === id} onClick={() => onView(id)}>
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
            <GraphView
              workspace={workspace}
              outline={outline}
              diagnostics={diagnostics}
              runefile={runefile}
              selected={selected}
              isStrip={view !== "graph"}
              readOnly={readOnly}
              watching={watching}
              onMend={onMend}
              onPick={onPick}
              onText={onStageText}
              onAlone={onGraphAlone}
            />
          </Suspense>
        )}
        {body && active !== null && text !== null && (
          <Editor
            ref={editor}
            text={text}
            undo={workspace.files.undo}
            presence={workspace.presence}
            path={active.path}
            readOnly={readOnly}
            nonce={nonce}
            diagnostics={diagnostics}
            elsewhere={(edits) => workspace.mend(edits)}
            say={(sentence) => workspace.toasts.say(sentence)}
            answers={isRunefile ? answers : null}
            onCursor={onCursor}
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

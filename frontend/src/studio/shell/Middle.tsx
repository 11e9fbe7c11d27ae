// The middle of the page: tabs of open files, the graph above the text, or a file's own page.
import { useId, useMemo, type Ref } from "react";
import type { Diagnostic, Outline, OutlineNode } from "../api/types";
import { Editor, type Cursor, type EditorHandle } from "../editor/Editor";
import { Graph } from "../graph/Graph";
import { BinaryPage } from "../panels/BinaryPage";
import { ModelPage } from "../panels/ModelPage";
import { baseName, extension } from "../document/paths";
import { RUNEFILE, type ShownFiles } from "../session/open-files";
import type { Workspace } from "../session/workspace";
import { Tabs } from "./Tabs";

export type View = "text" | "both" | "graph";

interface MiddleProps {
  readonly workspace: Workspace;
  readonly shown: ShownFiles;
  readonly closable: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly outline: Outline;
  readonly selected: string | null;
  readonly view: View;
  readonly readOnly: boolean;
  readonly nonce: string;
  readonly editor: Ref<EditorHandle>;
  readonly onView: (view: View) => void;
  readonly onOpen: (id: string) => void;
  readonly onClose: (id: string) => void;
  readonly onCursor: (cursor: Cursor) => void;
  readonly onSelect: (node: OutlineNode) => void;
}

const VIEWS: readonly { readonly id: View; readonly label: string }[] = [
  { id: "text", label: "Text" },
  { id: "both", label: "Both" },
  { id: "graph", label: "Graph" },
];

export function Middle({ workspace, shown, closable, diagnostics, outline, selected, view, readOnly, nonce, editor, onView, onOpen, onClose, onCursor, onSelect }: MiddleProps) {
  const panel = useId();
  const { active } = shown;
  const text = active === null ? null : workspace.files.text(active.id);
  const isRunefile = active?.path === RUNEFILE;
  const names = useMemo(() => {
    const bases = shown.tabs.map((file) => baseName(file.path));
    return shown.tabs.map((file, index) => (bases.filter((base) => base === bases[index]).length > 1 ? file.path : (bases[index] ?? file.path)));
  }, [shown.tabs]);
  const tabs = shown.tabs.map((file, index) => ({ id: file.id, label: names[index] ?? file.path, title: file.path, closable: closable }));
  const graph = isRunefile && view !== "text";
  const body = !isRunefile || view !== "graph";
  return (
    <section className="middle" aria-label="Text">
      <Tabs label="Open files" tabs={tabs} active={active?.id ?? ""} controls={panel} onChoose={onOpen} onClose={onClose}>
        {isRunefile && (
          <span className="segmented" role="group" aria-label="View">
            {VIEWS.map(({ id, label }) => (
              <button key={id} type="button" aria-pressed={view === id} onClick={() => onView(id)}>
                {label}
              </button>
            ))}
          </span>
        )}
      </Tabs>
      <div id={panel} role="tabpanel" aria-label={active?.path ?? "No file"} className={`middle-body ${graph ? (body ? "both" : "graph-only") : "text-only"}`}>
        {graph && <Graph outline={outline} selected={selected} onSelect={onSelect} />}
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
            onCursor={onCursor}
          />
        )}
        {active !== null && text === null && extension(active.path) === "tflite" && <ModelPage file={active} client={workspace.client} />}
        {active !== null && text === null && extension(active.path) !== "tflite" && <BinaryPage file={active} address={workspace.client.fileAddress(active.path)} />}
        {active === null && <p className="panel-note muted">Nothing is open.</p>}
      </div>
    </section>
  );
}

// Where a person is in the studio, and the ways to other places: open files, the text's cursor, the selected stage, the part
// that a narrow page shows. Only of this visit: the view of text and graph alone is remembered.
import type { Outline, OutlineNode } from "../../api/schema";
import { useEffect, useMemo, useRef, useState } from "react";
import type { FileEntry } from "../document/files";
import type { Present } from "../document/presence";
import { findRunefile } from "../document/runefile";
import { placed } from "../editor/carets";
import type { Cursor, EditorHandle } from "../editor/Editor";
import { stageAt } from "../graph/selection";
import { useRemembered } from "../parts/remembered";
import { closedFile, openedFile, shownFiles, type OpenFiles } from "../session/open-files";
import type { Workspace } from "../session/workspace";
import type { View } from "./Middle";
import { isNarrow, type Screen } from "./Screens";
import { useShown } from "./use-page";

interface Jump {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Whether the focus stays where it is. */
  readonly quiet?: boolean;
}

function isView(value: unknown): value is View {
  return value === "text" || value === "both" || value === "graph";
}

export function usePlaces(workspace: Workspace, files: readonly FileEntry[], outline: Outline) {
  const [open, setOpen] = useState<OpenFiles>({ tabs: [], active: null });
  const [screen, setScreen] = useState<Screen>(() => (isNarrow() ? "preview" : "text"));
  const [view, setView] = useRemembered<View>("view", "both", isView);
  /** Whether the versions stand where the text does. */
  const [showsVersions, setShowsVersions] = useState(false);
  const [editor, setEditor] = useState<EditorHandle | null>(null);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  /** The stage that is selected while the graph is shown alone; else it is the one that the cursor is in. */
  const [picked, setPicked] = useState<string | null>(null);
  const [jump, setJump] = useState<Jump | null>(null);
  const jumped = useRef<Jump | null>(null);

  const shown = useMemo(() => shownFiles(open, files), [open, files]);
  const runefile = useMemo(() => findRunefile(files), [files]);
  const { active } = shown;
  const atCursor = active?.path === runefile && cursor !== null ? (stageAt(outline, cursor.line)?.name ?? null) : null;
  const isGraphAlone = view === "graph" && active?.path === runefile;

  useEffect(() => workspace.presence.show(active?.id ?? null), [workspace, active?.id]);

  useEffect(() => {
    if (jump === null || editor === null || jump === jumped.current || active?.id !== jump.file) return;
    // Once: coming back to the tab later finds the place that was left.
    jumped.current = jump;
    editor.goTo(jump.line, jump.column, jump.quiet !== true);
  }, [jump, active?.id, editor]);

  const openFile = (id: string): void => {
    workspace.files.undo.stopCapturing();
    setShowsVersions(false);
    setOpen((before) =>
      openedFile(
        before.tabs.length === 0 ? { tabs: shown.tabs.map((file) => file.id), active: before.active } : before,
        id,
      ),
    );
    setScreen("text");
  };
  useShown(workspace, active, openFile);

  // A file that the server makes appears in the document a moment later; then it is opened, ready to be typed in.
  const [awaited, setAwaited] = useState<string | null>(null);
  const arrived = awaited === null ? undefined : files.find((file) => file.path === awaited);
  if (arrived !== undefined) {
    setAwaited(null);
    setOpen(openedFile({ tabs: shown.tabs.map((file) => file.id), active: null }, arrived.id));
    setJump({ file: arrived.id, line: 1, column: 1 });
  }

  const goTo = (path: string, line: number, column: number): void => {
    const file = files.find((each) => each.path === path);
    if (file === undefined) return;
    if (path === runefile && view === "graph") setView("both");
    openFile(file.id);
    setJump({ file: file.id, line, column });
  };
  const goToPerson = (present: Present): void => {
    const text = present.file === null ? null : workspace.files.text(present.file);
    if (present.file === null) return;
    openFile(present.file);
    const place = text === null ? null : placed(present, text);
    if (text === null || place === null) return;
    const before = text.toJSON().slice(0, place.head).split("\n");
    setJump({ file: present.file, line: before.length, column: (before.at(-1) ?? "").length + 1 });
  };
  const goToStage = (node: OutlineNode): void => {
    setPicked(node.name);
    if (!isGraphAlone) goTo(runefile, node.line, 1);
    else setScreen("text");
  };
  /** In the graph: the cursor goes along, the focus does not. */
  const pickStage = (node: OutlineNode | null): void => {
    setPicked(node?.name ?? null);
    if (node !== null && active !== null && !isGraphAlone)
      setJump({ file: active.id, line: node.line, column: 1, quiet: true });
  };
  const changeView = (next: View): void => {
    if (next === "graph" && !isGraphAlone) setPicked(atCursor);
    const left = isGraphAlone ? outline.nodes.find((node) => node.name === picked) : undefined;
    // A caret that is in the stage already stays where it was.
    if (left !== undefined && left.name !== atCursor && active !== null)
      setJump({ file: active.id, line: left.line, column: 1, quiet: true });
    setView(next);
  };

  return {
    shown,
    active,
    runefile,
    view,
    screen,
    showsVersions,
    editor,
    cursor,
    selected: isGraphAlone ? picked : atCursor,
    setEditor,
    setCursor,
    setScreen,
    openFile,
    closeFile: (id: string): void => setOpen((before) => closedFile(before, id)),
    awaitFile: setAwaited,
    goTo,
    goToPerson,
    goToStage,
    pickStage,
    changeView,
    /** The graph without the text, at this stage. */
    showGraphAt: (node: OutlineNode): void => {
      setPicked(node.name);
      setView("graph");
    },
    showVersions: (): void => {
      setShowsVersions(true);
      setScreen("text");
    },
    hideVersions: (): void => setShowsVersions(false),
  };
}

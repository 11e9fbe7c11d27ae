// The studio page: files and pipeline at the left, graph and text in the middle, the running app at the right.
// Puts the parts together and holds what is only of this visit (tabs, dialogs, sizes). What is true is in the workspace.
import { FolderOpen, Play, TextCursorInput } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { sentenceOf } from "./api/problem";
import type { Diagnostic, OutlineNode } from "./api/types";
import type { LanguageAction, Location } from "../language";
import { placesOf } from "./commands/places";
import { fileCommands } from "./commands/file-commands";
import type { Take } from "../preview";
import { studioCommands } from "./commands/studio-commands";
import { useKeys } from "./commands/use-keys";
import type { Present } from "./document/presence";
import { extension } from "./document/paths";
import { findRunefile } from "./document/runefile";
import { toggleAuthors } from "./editor/authors";
import type { Cursor, EditorHandle } from "./editor/Editor";
import type { EditorLanguage } from "./editor/language";
import { placed } from "./editor/carets";
import { stageAt } from "./graph/selection";
import { Files } from "./panels/Files";
import { OutlineList } from "./panels/OutlineList";
import { PreviewPane } from "./panels/PreviewPane";
import { isSize, useRemembered } from "./parts/remembered";
import { Splitter } from "./parts/Splitter";
import { Toaster } from "./parts/Toaster";
import { fetchAtRest, firstThingsDone } from "./session/first-things";
import type { Incoming } from "./session/incoming";
import { closedFile, openedFile, shownFiles, type OpenFiles } from "./session/open-files";
import { withChecked } from "./session/checked";
import { lastSucceeded } from "./session/state";
import type { Workspace } from "./session/workspace";
import { Bottom, type BottomTab } from "./shell/Bottom";
import type { Asking } from "./shell/Dialogs";
import { Header } from "./shell/Header";
import { People } from "./shell/People";
import { Middle, type View } from "./shell/Middle";
import { StatusBar } from "./shell/StatusBar";
import { useDrop } from "./shell/use-drop";
import { useNow, useShown, useTitle } from "./shell/use-page";
import { useFiles } from "./shell/use-files";

/** Fetched when they are first shown. */
const VersionsPage = lazy(() => import("./versions/VersionsPage"));
const Dialogs = lazy(() => import("./shell/Dialogs"));

fetchAtRest([() => import("./shell/Dialogs"), () => import("./panels/BuildLog")]);

interface StudioProps {
  readonly workspace: Workspace;
  readonly nonce: string;
}

type Screen = "files" | "text" | "preview";

const SCREENS: readonly { readonly id: Screen; readonly label: string; readonly Icon: typeof Play }[] = [
  { id: "files", label: "Files", Icon: FolderOpen },
  { id: "text", label: "Text", Icon: TextCursorInput },
  { id: "preview", label: "Preview", Icon: Play },
];

/** As in styles/phone.css: where one part is shown at a time, and trying comes first. */
const PHONE = "(max-width: 860px)";

function isView(value: unknown): value is View {
  return value === "text" || value === "both" || value === "graph";
}

interface Jump {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Whether the focus stays where it is. */
  readonly quiet?: boolean;
}

export function Studio({ workspace, nonce }: StudioProps) {
  const session = useSyncExternalStore(workspace.store.subscribe, workspace.store.current);
  const text = useSyncExternalStore(workspace.subscribe, workspace.current);
  const [open, setOpen] = useState<OpenFiles>({ tabs: [], active: null });
  const [asking, setAsking] = useState<Asking | null>(null);
  const [isPhoneOpen, setPhoneOpen] = useState(false);
  const [jump, setJump] = useState<Jump | null>(null);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  /** The stage that is selected while the graph is shown alone; else it is the one that the cursor is in. */
  const [picked, setPicked] = useState<string | null>(null);
  const [bottomTab, setBottomTab] = useState<BottomTab>("problems");
  const [chosenBuild, setChosenBuild] = useState<string | null>(null);
  const [screen, setScreen] = useState<Screen>(() => (window.matchMedia(PHONE).matches ? "preview" : "text"));
  const [view, setView] = useRemembered<View>("view", "both", isView);
  const [left, setLeft] = useRemembered("left", 216, isSize);
  const [right, setRight] = useRemembered("right", 392, isSize);
  const [low, setLow] = useRemembered("low", 178, isSize);
  const now = useNow();
  const [editor, setEditor] = useState<EditorHandle | null>(null);
  const jumped = useRef<Jump | null>(null);
  /** Whether the versions stand where the text does. */
  const [showsVersions, setShowsVersions] = useState(false);

  const { files } = text;
  const { project, me } = session;
  const checked = useSyncExternalStore(workspace.checking.subscribe, workspace.checking.current);
  const language = useSyncExternalStore(workspace.language.subscribe, workspace.language.where);
  const preview = useMemo(() => withChecked(session.preview, checked), [session.preview, checked]);
  const mayEdit = me.role === "owner" || me.role === "developer";
  const shown = useMemo(() => shownFiles(open, files), [open, files]);
  const active = shown.active;
  const runefile = useMemo(() => findRunefile(files), [files]);
  const build = session.builds.find((each) => each.id === chosenBuild) ?? session.builds[0] ?? null;
  const reviewable = lastSucceeded(session.builds);
  const atCursor = active?.path === runefile && cursor !== null ? (stageAt(preview.outline, cursor.line)?.name ?? null) : null;
  const isGraphAlone = view === "graph" && active?.path === runefile;
  const selected = isGraphAlone ? picked : atCursor;
  const unsent = text.save === "saving" || text.save === "offline-unsent";
  const troubled = useMemo(() => {
    const found = new Map<string, "error" | "warning">();
    for (const { file, severity } of preview.diagnostics) if (found.get(file) !== "error") found.set(file, severity);
    return found;
  }, [preview.diagnostics]);

  useTitle(project);
  // Nothing to wait for: the graph alone is what is looked at, or nothing runs yet.
  const waitsForApp = view !== "graph" && session.preview.build !== null;
  useEffect(() => {
    if (!waitsForApp) firstThingsDone();
  }, [waitsForApp]);
  useEffect(() => workspace.presence.show(active?.id ?? null), [workspace, active?.id]);

  useEffect(() => {
    if (build !== null && bottomTab === "build") workspace.store.watch(build.id);
  }, [workspace, build, bottomTab]);

  useEffect(() => {
    if (jump === null || editor === null || jump === jumped.current || active?.id !== jump.file) return;
    // Once: coming back to the tab later finds the place that was left.
    jumped.current = jump;
    editor.goTo(jump.line, jump.column, jump.quiet !== true);
  }, [jump, active?.id, editor]);

  const openFile = (id: string): void => {
    workspace.files.undo.stopCapturing();
    setShowsVersions(false);
    setOpen((before) => openedFile(before.tabs.length === 0 ? { tabs: shown.tabs.map((file) => file.id), active: before.active } : before, id));
    setScreen("text");
  };

  useShown(workspace, active, openFile);

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
    if (node !== null && active !== null && !isGraphAlone) setJump({ file: active.id, line: node.line, column: 1, quiet: true });
  };
  const changeView = (next: View): void => {
    if (next === "graph" && !isGraphAlone) setPicked(atCursor);
    const left = isGraphAlone ? preview.outline.nodes.find((node) => node.name === picked) : undefined;
    if (left !== undefined && active !== null) setJump({ file: active.id, line: left.line, column: 1, quiet: true });
    setView(next);
  };
  // The same one from render to render: the preview is not drawn anew by each.
  const [sendTake] = useState(() => (take: Take) => setAsking({ what: "send-take", take }));
  const goToProblem = ({ file, span }: Diagnostic): void => goTo(file, span.start.line, span.start.column);

  const attempt = (what: Promise<unknown>): void => {
    what.catch((error: unknown) => workspace.toasts.say(sentenceOf(error)));
  };

  const going = useRef(goTo);
  useEffect(() => {
    going.current = goTo;
  });
  // The same one from word to word, or the editor would begin anew at each.
  const answers = useMemo<EditorLanguage>(
    () => ({
      ask: (request) => workspace.language.ask(request),
      file: runefile,
      apply: (edits) => workspace.edit(edits),
      go: (path, line, column) => going.current(path, line, column),
      say: (sentence) => workspace.toasts.say(sentence),
    }),
    [workspace, runefile],
  );

  const startBuild = (): void => {
    if (!mayEdit) return;
    if (text.save === "offline-unsent") workspace.toasts.say("Your edits have not reached the forge. The build starts when the connection is back.");
    setBottomTab("build");
    // The log stands under the text; where one part is shown at a time, that one.
    if (window.matchMedia(PHONE).matches) setScreen("text");
    attempt(workspace.build().then((id) => setChosenBuild(id)));
  };

  const showVersions = (): void => {
    setShowsVersions(true);
    setScreen("text");
  };
  const saveVersion = (message: string): void =>
    attempt(workspace.saveVersion(message).then(({ number }) => workspace.toasts.say(`Version ${number} is saved.`, { label: "Versions", run: showVersions })));

  // A file that the server makes appears in the document a moment later; then it is opened, ready to be typed in.
  const [awaited, setAwaited] = useState<string | null>(null);
  const arrived = awaited === null ? undefined : files.find((file) => file.path === awaited);
  if (arrived !== undefined) {
    setAwaited(null);
    setOpen(openedFile({ tabs: shown.tabs.map((file) => file.id), active: null }, arrived.id));
    setJump({ file: arrived.id, line: 1, column: 1 });
  }

  const filesUse = useFiles({ workspace, files, mayEdit, ask: (about) => setAsking({ what: "files", asking: about }), open: openFile, awaitFile: setAwaited, versions: showVersions });
  const takeAll = (list: readonly Incoming[]): void => {
    // A rune is seldom a part of its project: it is asked for what it was dropped.
    if (list.length > 0 && list.every(({ name }) => extension(name) === "rune")) setAsking({ what: "rune", files: list.map(({ file }) => file) });
    else filesUse.take(list, null);
  };
  const over = useDrop(mayEdit, (incoming) => attempt(incoming.then(takeAll)));

  const showReferences = (found: readonly Location[]): void => {
    if (found.length === 0) workspace.toasts.say("Put the cursor on the name of a stage or of a resource.");
    else setAsking({ what: "choose", title: "Where it is used", choices: placesOf(found, files, workspace, goTo) });
  };
  const showActions = (found: readonly LanguageAction[]): void => {
    if (found.length === 0) workspace.toasts.say("There is nothing to mend here.");
    else setAsking({ what: "choose", title: "Quick fix", choices: found.map((action, index) => ({ id: String(index), title: action.title, kind: action.code ?? "", go: () => workspace.edit(action.edits) })) });
  };

  const ofStudio = studioCommands({
    mayEdit,
    canReview: reviewable !== null,
    active,
    build: startBuild,
    save: () => workspace.toasts.say(unsent ? "Saving by itself: your last edit is on its way." : "Saved already: the forge keeps every edit as you type."),
    share: () => setAsking({ what: "share", review: false }),
    phone: () => setPhoneOpen(true),
    askForReview: () => setAsking({ what: "share", review: true }),
    settings: () => window.location.assign(`${project.url}/settings`),
    newFile: () => filesUse.actions.create(""),
    upload: () => filesUse.actions.upload(null),
    rename: (file) => filesUse.actions.rename({ kind: "file", path: file.path, file }),
    remove: (file) => filesUse.actions.remove({ kind: "file", path: file.path, file }),
    close: () => active !== null && setOpen((before) => closedFile(before, active.id)),
    undo: () => workspace.files.undo.undo(),
    redo: () => workspace.files.undo.redo(),
    nextProblem: () => {
      const [first] = preview.diagnostics;
      if (preview.diagnostics.some((diagnostic) => diagnostic.file === active?.path)) editor?.nextProblem();
      else if (first !== undefined) goToProblem(first);
    },
    inRunefile: active?.path === runefile && editor !== null,
    definition: () => editor?.goToDefinition(),
    references: () => void editor?.references().then((found) => showReferences(found)),
    renameName: () => void editor?.nameAtCursor().then((name) => name !== null && setAsking({ what: "rename-name", name, rename: (next) => editor.rename(next) })),
    quickFix: () => void editor?.actions().then((found) => showActions(found)),
    format: () => editor?.rewrite("format"),
    inferTypes: () => editor?.rewrite("infer"),
    view: (next) => {
      const drawn = files.find((file) => file.path === runefile);
      if (drawn !== undefined) openFile(drawn.id);
      changeView(next);
    },
    problems: () => setBottomTab("problems"),
    builds: () => setBottomTab("build"),
    palette: (start) => setAsking({ what: "palette", start }),
    shortcuts: () => setAsking({ what: "shortcuts" }),
  });
  const commands = [
    ...ofStudio,
    ...fileCommands({ mayEdit, active, isText: editor !== null && !showsVersions, actions: filesUse.actions, saveVersion: () => setAsking({ what: "save-version" }), versions: showVersions, authors: () => editor !== null && active !== null && attempt(toggleAuthors(editor, workspace, active)) }),
  ];
  useKeys(commands);
  const destinations = [
    ...files.map((file) => ({ id: file.id, title: file.path, kind: "File", go: () => openFile(file.id) })),
    ...preview.outline.nodes.map((node) => ({ id: `stage ${node.name}`, title: node.name, kind: "Stage", go: () => goToStage(node) })),
  ];

  return (
    <div className="studio" data-screen={screen} data-language={language} style={{ "--left": `${left}px`, "--right": `${right}px`, "--low": `${low}px` } as React.CSSProperties}>
      <Header
        project={project}
        save={text.save}
        closedFor={text.closedFor}
        read={text.read}
        mayEdit={mayEdit}
        newest={session.builds[0] ?? null}
        reviewable={reviewable}
        people={<People presence={workspace.presence} me={me.id} files={files} onGo={goToPerson} />}
        onBuild={startBuild}
        onShare={() => setAsking({ what: "share", review: false })}
        onAskForReview={() => setAsking({ what: "share", review: true })}
      />
      <main className="studio-main">
        <aside className="side" aria-label="Project">
          <Files
            project={project.id}
            files={files}
            deleted={text.deleted}
            read={text.read}
            active={active?.id ?? null}
            uploads={workspace.uploads}
            presence={workspace.presence}
            mayEdit={mayEdit}
            troubled={troubled}
            actions={filesUse.actions}
          />
          <OutlineList outline={preview.outline} selected={selected} watching={workspace.watching} onSelect={goToStage} />
        </aside>
        <Splitter label="Width of the files" upright size={left} least={150} most={420} direction={1} onSize={setLeft} />
        {showsVersions && (
          <section className="centre versions" aria-label="Versions">
            <Suspense fallback={<p className="panel-note muted">Loading…</p>}>
              <VersionsPage workspace={workspace} builds={session.builds} nonce={nonce} mayEdit={mayEdit} now={now} onSave={() => setAsking({ what: "save-version" })} onClose={() => setShowsVersions(false)} />
            </Suspense>
          </section>
        )}
        <div className="centre" hidden={showsVersions}>
          <Middle
            workspace={workspace}
            shown={shown}
            runefile={runefile}
            closable={shown.tabs.length > 1}
            diagnostics={preview.diagnostics}
            outline={preview.outline}
            selected={selected}
            view={view}
            readOnly={!mayEdit || text.save === "closed"}
            nonce={nonce}
            editor={setEditor}
            answers={answers}
            onView={changeView}
            onOpen={openFile}
            onClose={(id) => setOpen((before) => closedFile(before, id))}
            onCursor={setCursor}
            onPick={pickStage}
            onStageText={(node) => goTo(runefile, node.line, 1)}
            onGraphAlone={(node) => {
              setPicked(node.name);
              setView("graph");
            }}
            onMend={(checked === null ? !text.ahead : checked.isFresh) ? (edits) => workspace.mend(edits) : null}
          />
          <Splitter label="Height of the problems" upright={false} size={low} least={80} most={560} direction={-1} onSize={setLow} />
          <Bottom
            session={session}
            diagnostics={preview.diagnostics}
            tab={bottomTab}
            build={build}
            mayEdit={mayEdit}
            now={now}
            onTab={setBottomTab}
            onBuild={setChosenBuild}
            onDiagnostic={goToProblem}
            onMend={(checked === null ? !text.ahead : checked.isFresh) ? (edits) => workspace.mend(edits) : null}
            onCancel={(each) => attempt(workspace.store.cancel(each.id))}
            onPublish={(each) => setAsking({ what: "publish", build: each })}
          />
        </div>
        <Splitter label="Width of the preview" upright size={right} least={280} most={720} direction={-1} onSize={setRight} />
        <PreviewPane
          workspace={workspace}
          preview={session.preview}
          builds={session.builds}
          me={me.id}
          edit={text.save === "offline-unsent" ? "offline" : unsent ? "saving" : text.ahead ? "checking" : "seen"}
          onProblem={goToProblem}
          onSend={mayEdit ? sendTake : null}
          phones={{ session, isOpen: isPhoneOpen, onOpen: setPhoneOpen }}
        />
      </main>
      <StatusBar
        connected={session.connected && text.save !== "offline" && text.save !== "offline-unsent" && text.save !== "closed"}
        problems={preview.diagnostics.length}
        toolchain={session.builds.find((each) => each.report !== null)?.report?.toolchain ?? null}
        cursor={cursor}
        readOnly={!mayEdit}
        onProblems={() => setBottomTab("problems")}
        onCommands={() => setAsking({ what: "palette", start: "" })}
      />
      <nav className="screens" aria-label="Parts of the studio">
        {SCREENS.map(({ id, label, Icon }) => (
          <button key={id} type="button" aria-current={screen === id ? "page" : undefined} onClick={() => setScreen(id)}>
            <Icon className="icon" aria-hidden="true" />
            {label}
          </button>
        ))}
      </nav>
      {over && <div className="drop-veil">Drop to add to {project.name}</div>}
      {asking !== null && (
        <Suspense>
          <Dialogs asking={asking} workspace={workspace} session={session} mayEdit={mayEdit} commands={commands} destinations={destinations} answers={filesUse.answers} onSaveVersion={saveVersion} onClose={() => setAsking(null)} />
        </Suspense>
      )}
      <Toaster toasts={workspace.toasts} />
    </div>
  );
}

// The studio page: files and pipeline at the left, graph and text in the middle, the running app at the right.
// Puts the parts together and holds what is only of this visit: the dialog and the sizes here, where one is in shell/use-places, builds in
// shell/use-building, problems in shell/use-problems. What is true is in the workspace.
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { fileCommands } from "./commands/file-commands";
import type { Take } from "../preview";
import { studioCommands } from "./commands/studio-commands";
import { useKeys } from "./commands/use-keys";
import { extension } from "./document/paths";
import { toggleAuthors } from "./editor/authors";
import { Files } from "./panels/Files";
import { OutlineList } from "./panels/OutlineList";
import { PreviewPane } from "./panels/PreviewPane";
import { isSize, useRemembered } from "./parts/remembered";
import { Splitter } from "./parts/Splitter";
import { Toaster } from "./parts/Toaster";
import { fetchAtRest, firstThingsDone } from "./session/first-things";
import type { Incoming } from "./session/incoming";
import { withChecked } from "./session/checked";
import { lastSucceeded } from "./session/state";
import { problemCounts, problemText } from "./session/problem-count";
import { troubles } from "./session/troubles";
import { useLabels } from "./session/use-labels";
import type { Workspace } from "./session/workspace";
import { Bottom } from "./shell/Bottom";
import type { Asking } from "./shell/Dialogs";
import { Header } from "./shell/Header";
import { People } from "./shell/People";
import { Middle } from "./shell/Middle";
import { StatusBar } from "./shell/StatusBar";
import { Screens } from "./shell/Screens";
import { languageActions } from "./shell/language-commands";
import { useBuilding } from "./shell/use-building";
import { useDrop } from "./shell/use-drop";
import { useEditorLanguage } from "./shell/use-editor-language";
import { useNow, useTitle } from "./shell/use-page";
import { useFiles } from "./shell/use-files";
import { useProblems } from "./shell/use-problems";
import { usePlaces } from "./shell/use-places";

/** Fetched when they are first shown. */
const VersionsPage = lazy(() => import("./versions/VersionsPage"));
const Dialogs = lazy(() => import("./shell/Dialogs"));
const SignedOut = lazy(() => import("./shell/SignedOut"));

fetchAtRest([() => import("./shell/Dialogs"), () => import("./shell/SignedOut"), () => import("./panels/BuildLog")]);

interface StudioProps {
  readonly workspace: Workspace;
  readonly nonce: string;
}

export function Studio({ workspace, nonce }: StudioProps) {
  const session = useStore(workspace.store.state);
  const text = useStore(workspace.state);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [isPhoneOpen, setPhoneOpen] = useState(false);
  const [left, setLeft] = useRemembered("left", 216, isSize);
  const [right, setRight] = useRemembered("right", 392, isSize);
  const [low, setLow] = useRemembered("low", 178, isSize);
  const now = useNow();

  const { files } = text;
  const { project, me, may } = session;
  const checked = useStore(workspace.checking.state);
  const language = useStore(workspace.language.state);
  const preview = useMemo(() => withChecked(session.preview, checked), [session.preview, checked]);
  const mayEdit = may.includes("edit");
  const places = usePlaces(workspace, files, preview.outline);
  const { shown, active, runefile, view, editor, openFile, goTo, goToStage, setScreen, showVersions } = places;
  const reviewable = lastSucceeded(session.builds);
  const isSignedOut = useStore(workspace.signIn.state).who !== "me";
  const unsent = text.save === "saving" || text.save === "offline-unsent";
  const problems = useProblems({
    workspace,
    text,
    checked,
    diagnostics: preview.diagnostics,
    shown: active?.path,
    editor,
    goTo,
  });
  const building = useBuilding({
    workspace,
    text,
    builds: session.builds,
    mayEdit,
    isSignedOut,
    setScreen,
    showVersions,
  });
  const answers = useEditorLanguage(workspace, runefile, goTo);

  useTitle(project, problemText(preview.diagnostics));
  // Nothing to wait for: the graph alone is what is looked at, or nothing runs yet.
  const waitsForApp = view !== "graph" && session.preview.build !== null;
  useEffect(() => {
    if (!waitsForApp) firstThingsDone();
  }, [waitsForApp]);
  // The same one from render to render: the preview is not drawn anew by each.
  const [sendTake] = useState(() => (take: Take) => setAsking({ what: "send-take", take }));
  const filesUse = useFiles({
    workspace,
    files,
    mayEdit,
    ask: (about) => setAsking({ what: "files", asking: about }),
    open: openFile,
    awaitFile: places.awaitFile,
    versions: showVersions,
  });
  const addLabels = useLabels(workspace, places.awaitFile);
  const takeAll = (list: readonly Incoming[]): void => {
    // A rune is seldom a part of its project: it is asked for what it was dropped.
    if (list.length > 0 && list.every(({ name }) => extension(name) === "rune"))
      setAsking({ what: "rune", files: list.map(({ file }) => file) });
    else filesUse.take(list, null);
  };
  const over = useDrop(mayEdit, (incoming) => workspace.attempt(incoming.then(takeAll)));

  const ofStudio = studioCommands({
    mayEdit,
    canReview: reviewable !== null,
    active,
    build: building.start,
    save: () =>
      workspace.toasts.say(
        unsent ? "Saving your last edit." : "All edits are saved. The server saves each edit as you type.",
      ),
    share: () => setAsking({ what: "share", review: false }),
    phone: () => setPhoneOpen(true),
    askForReview: () => setAsking({ what: "share", review: true }),
    settings: () => window.location.assign(`${project.url}/settings`),
    newFile: () => filesUse.actions.create(""),
    upload: () => filesUse.actions.upload(null),
    rename: (file) => filesUse.actions.rename({ kind: "file", path: file.path, file }),
    remove: (file) => filesUse.actions.remove({ kind: "file", path: file.path, file }),
    close: () => active !== null && places.closeFile(active.id),
    undo: () => workspace.files.undo.undo(),
    redo: () => workspace.files.undo.redo(),
    nextProblem: problems.goToNext,
    inRunefile: active?.path === runefile && editor !== null,
    ...languageActions({ workspace, editor, ask: setAsking, goTo }),
    view: (next) => {
      const drawn = files.find((file) => file.path === runefile);
      if (drawn !== undefined) openFile(drawn.id);
      places.changeView(next);
    },
    problems: () => building.showTab("problems"),
    builds: () => building.showTab("build"),
    palette: (start) => setAsking({ what: "palette", start }),
    shortcuts: () => setAsking({ what: "shortcuts" }),
  });
  const commands = [
    ...ofStudio,
    ...fileCommands({
      mayEdit,
      active,
      isText: editor !== null && !places.showsVersions,
      actions: filesUse.actions,
      saveVersion: () => setAsking({ what: "save-version" }),
      versions: showVersions,
      authors: () => editor !== null && active !== null && workspace.attempt(toggleAuthors(editor, workspace, active)),
    }),
  ];
  useKeys(commands);
  const destinations = [
    ...files.map((file) => ({ id: file.id, title: file.path, kind: "File", go: () => openFile(file.id) })),
    ...preview.outline.nodes.map((node) => ({
      id: `stage ${node.name}`,
      title: node.name,
      kind: "Stage",
      go: () => goToStage(node),
    })),
  ];

  return (
    <div
      className="studio"
      data-screen={places.screen}
      data-language={language}
      style={{ "--left": `${left}px`, "--right": `${right}px`, "--low": `${low}px` } as React.CSSProperties}
    >
      <Header
        project={project}
        save={text.save}
        closedFor={text.closedFor}
        isSignedOut={isSignedOut}
        read={text.read}
        mayEdit={mayEdit}
        newest={session.builds[0] ?? null}
        reviewable={reviewable}
        people={<People presence={workspace.presence} me={me.id} files={files} onGo={places.goToPerson} />}
        onBuild={building.start}
        onShare={() => setAsking({ what: "share", review: false })}
        onAskForReview={() => setAsking({ what: "share", review: true })}
      />
      {isSignedOut && (
        <Suspense>
          <SignedOut workspace={workspace} mayEdit={mayEdit} />
        </Suspense>
      )}
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
            troubled={problems.troubled}
            actions={filesUse.actions}
          />
          <OutlineList
            outline={preview.outline}
            troubled={troubles(preview.outline, preview.diagnostics, runefile)}
            selected={places.selected}
            watching={workspace.watching}
            onSelect={goToStage}
          />
        </aside>
        <Splitter
          label="Width of the files"
          upright
          size={left}
          least={150}
          most={420}
          direction={1}
          onSize={setLeft}
        />
        {places.showsVersions && (
          <section className="centre versions" aria-label="Versions">
            <Suspense fallback={<p className="panel-note muted">Loading…</p>}>
              <VersionsPage
                workspace={workspace}
                nonce={nonce}
                mayEdit={mayEdit}
                now={now}
                onSave={() => setAsking({ what: "save-version" })}
                onClose={places.hideVersions}
              />
            </Suspense>
          </section>
        )}
        <div className="centre" hidden={places.showsVersions}>
          <Middle
            workspace={workspace}
            shown={shown}
            runefile={runefile}
            closable={shown.tabs.length > 1}
            diagnostics={preview.diagnostics}
            outline={preview.outline}
            selected={places.selected}
            view={view}
            readOnly={!mayEdit || text.save === "closed"}
            nonce={nonce}
            editor={places.setEditor}
            answers={answers}
            onView={places.changeView}
            onOpen={openFile}
            onClose={places.closeFile}
            onCursor={places.setCursor}
            onPick={places.pickStage}
            onStageText={(node) => goTo(runefile, node.line, 1)}
            onGraphAlone={places.showGraphAt}
            onMend={problems.fix}
          />
          <Splitter
            label="Height of the problems"
            upright={false}
            size={low}
            least={80}
            most={560}
            direction={-1}
            onSize={setLow}
          />
          <Bottom
            session={session}
            diagnostics={preview.diagnostics}
            tab={building.tab}
            build={building.build}
            mayEdit={mayEdit}
            now={now}
            onTab={building.showTab}
            onBuild={building.choose}
            onDiagnostic={problems.goToProblem}
            onMend={problems.fix}
            onCancel={building.cancel}
            onPublish={(each) => setAsking({ what: "publish", build: each })}
          />
        </div>
        <Splitter
          label="Width of the preview"
          upright
          size={right}
          least={280}
          most={720}
          direction={-1}
          onSize={setRight}
        />
        <PreviewPane
          workspace={workspace}
          preview={session.preview}
          builds={session.builds}
          me={me.id}
          edit={
            isSignedOut && (unsent || text.ahead)
              ? "signed-out"
              : text.save === "offline-unsent"
                ? "offline"
                : unsent
                  ? "saving"
                  : text.ahead
                    ? "checking"
                    : "seen"
          }
          diagnostics={preview.diagnostics}
          onMend={mayEdit ? problems.fix : null}
          onProblem={problems.goToProblem}
          onSend={mayEdit ? sendTake : null}
          {...(mayEdit && { onAddLabels: addLabels })}
          phones={{ session, isOpen: isPhoneOpen, onOpen: setPhoneOpen }}
        />
      </main>
      <StatusBar
        connected={
          session.connected && text.save !== "offline" && text.save !== "offline-unsent" && text.save !== "closed"
        }
        problems={problemCounts(preview.diagnostics)}
        toolchain={session.builds.find((each) => each.report !== null)?.report?.toolchain ?? null}
        cursor={places.cursor}
        readOnly={!mayEdit}
        onProblems={() => building.showTab("problems")}
        onCommands={() => setAsking({ what: "palette", start: "" })}
      />
      <Screens screen={places.screen} onScreen={setScreen} />
      {over && <div className="drop-veil">Drop to add to {project.name}</div>}
      {asking !== null && (
        <Suspense>
          <Dialogs
            asking={asking}
            workspace={workspace}
            session={session}
            mayEdit={mayEdit}
            commands={commands}
            destinations={destinations}
            answers={filesUse.answers}
            onSaveVersion={building.saveVersion}
            onClose={() => setAsking(null)}
          />
        </Suspense>
      )}
      <Toaster toasts={workspace.toasts} />
    </div>
  );
}

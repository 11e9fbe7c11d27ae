// The studio page: files and pipeline at the left, graph and text in the middle, the running app at the right. Each part reads what
// it shows from the stores of the studio (context/studio.ts); here is only where it stands.
import { Suspense, useEffect } from "react";
import { useStore } from "zustand";
import { Boundary, lazyPart } from "../../look/boundary";
import { commandsOf } from "../commands/all";
import { useKeys } from "../commands/use-keys";
import { Files } from "../panels/files/Files";
import { OutlineList } from "../panels/OutlineList";
import { PreviewPane } from "../panels/PreviewPane";
import { isSize, useRemembered } from "../parts/preferences";
import { Splitter } from "../parts/Splitter";
import { Toaster } from "../parts/Toaster";
import { deferred, prefetchWhenIdle, startDeferred } from "../session/deferral";
import { BottomPanel } from "./BottomPanel";
import { DropTarget } from "./DropTarget";
import { Header } from "./Header";
import { EditorArea } from "./EditorArea";
import { Screens } from "./Screens";
import { useIsSignedOut, useMayEdit, useOutline, usePlace, useSession, useStudio } from "../context/studio";
import { StatusBar } from "./StatusBar";
import { PageTitle } from "./PageTitle";

/** Fetched when they are first shown. */
const VersionsPage = lazyPart(() => import("../versions/VersionsPage"));
const ResolveDialog = lazyPart(() => import("../dialogs/conflicts/ResolveDialog"));
const Dialogs = lazyPart(() => import("./Dialogs"));
const FirstSteps = lazyPart(deferred(() => import("../panels/FirstSteps")));
const SignedOut = lazyPart(() => import("./SignedOut"));
const DraftStrip = lazyPart(() => import("./DraftStrip"));

prefetchWhenIdle([
  () => import("./Dialogs"),
  () => import("./SignedOut"),
  () => import("../panels/BuildLog"),
  () => import("../parts/menu/Menu"),
]);

export function Studio() {
  const studio = useStudio();
  const language = useStore(studio.workspace.language.state);
  const screen = usePlace((place) => place.screen);
  const showsVersions = usePlace((place) => place.showsVersions);
  const [left, setLeft] = useRemembered("left", 216, isSize);
  const [right, setRight] = useRemembered("right", 392, isSize);
  const [low, setLow] = useRemembered("low", 178, isSize);
  useKeys(() => commandsOf(studio));
  useDeferredStart();
  return (
    <div
      className="studio"
      data-screen={screen}
      data-language={language}
      style={{ "--left": `${left}px`, "--right": `${right}px`, "--low": `${low}px` } as React.CSSProperties}
    >
      <PageTitle />
      <Header />
      <Strip />
      <main className="studio-main">
        <aside className="side" aria-label="Project">
          <Boundary>
            <Files />
          </Boundary>
          <Boundary>
            <OutlineList />
          </Boundary>
          <Hints />
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
        {showsVersions && (
          <section className="centre versions" aria-label="Versions">
            <Suspense fallback={<p className="panel-note muted">Loading…</p>}>
              <VersionsPage />
            </Suspense>
          </section>
        )}
        <div className="centre" hidden={showsVersions}>
          <Boundary>
            <EditorArea />
          </Boundary>
          <Splitter
            label="Height of the problems"
            upright={false}
            size={low}
            least={80}
            most={560}
            direction={-1}
            onSize={setLow}
          />
          <Boundary>
            <BottomPanel />
          </Boundary>
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
        <Boundary>
          <PreviewPane />
        </Boundary>
      </main>
      <StatusBar />
      <Screens />
      <DropTarget />
      <OpenDialog />
      <Toaster toasts={studio.workspace.toasts} />
    </div>
  );
}

/** A notice about the whole page. */
function Strip() {
  const isSignedOut = useIsSignedOut();
  const isDraft = useSession(({ draft }) => draft !== null);
  return (isSignedOut || isDraft) && <Suspense>{isSignedOut ? <SignedOut /> : <DraftStrip />}</Suspense>;
}

function Hints() {
  const { hints } = useStudio().workspace;
  const mayEdit = useMayEdit();
  // The steps begin with an input, which an empty pipeline does not read.
  const hasStages = useOutline().nodes.length > 0;
  return (
    mayEdit &&
    hasStages &&
    hints.length > 0 && (
      <Suspense>
        <FirstSteps />
      </Suspense>
    )
  );
}

function OpenDialog() {
  const request = useStore(useStudio().dialogs.state);
  return (
    request !== null && (
      <Suspense>
        {request.what === "resolve" ? <ResolveDialog id={request.id} /> : <Dialogs request={request} />}
      </Suspense>
    )
  );
}

/**
 * Parts that are fetched later wait for the app, where there is one to wait for: not while the graph alone is shown, or
 * nothing runs yet.
 */
function useDeferredStart(): void {
  const showsApp = usePlace(({ view }) => view !== "graph");
  const hasBuild = useSession(({ preview }) => preview.build !== null);
  const expectsApp = showsApp && hasBuild;
  useEffect(() => {
    if (!expectsApp) startDeferred();
  }, [expectsApp]);
}

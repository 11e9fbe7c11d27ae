// The running app beside its text, with one line that says which text it is of. How a rune runs is the preview's.
import { Suspense, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { lazyPart } from "../../look/boundary";
import {
  hasExampleFile,
  Preview,
  type BoardLine,
  type HostFile,
  type NumberError,
  type PhoneLine,
  type PreviewHost,
  type StoredRecording,
  type RecordingShelf,
  type ThresholdHost,
  type TimedRune,
  type Watching,
} from "../../preview";
import { deferred, startDeferredAfterPaint, startDeferred } from "../session/deferral";
import { editState, olderReason, previewStatus } from "../session/preview/status";
import { buildTitle, withoutProposals } from "../session/project-session";
import { useRune } from "../session/preview/use-rune";
import { usePhones } from "../phone/Phones";
import type { ProjectClient } from "../api/client";
import type { FileEntry } from "../document/files/files";
import type { Workspace } from "../session/workspace";
import {
  useApplyFix,
  useDiagnostics,
  useIsSignedOut,
  useMayEdit,
  useOutline,
  useSession,
  useStudio,
  useText,
} from "../context/studio";
import { InlineCode } from "../../look/code/InlineCode";

const EmptyPipeline = lazyPart(() => import("./EmptyPipeline"));
const OpenQuestions = lazyPart(() => import("./OpenQuestions"));
const Board = lazyPart(deferred(() => import("./Board")));
const WrongResult = lazyPart(deferred(() => import("./WrongResult")));
const SampleList = lazyPart(() => import("./SampleList"));
const SelectedBlock = lazyPart(deferred(() => import("../block/SelectedBlock")));

/** The reader of a board's port, which is fetched when somebody connects one. */
const BOARD: BoardLine = {
  connect: async (kind, signal, events) =>
    (await import("../../device/sensor/board-line")).boardLine(navigator).connect(kind, signal, events),
};
const OPEN_QUESTION = "RUNE0048";

export function PreviewPane() {
  const { workspace, places } = useStudio();
  const { client, watching: watches } = workspace;
  const preview = useSession((session) => session.preview);
  const diagnostics = useDiagnostics();
  const mayEdit = useMayEdit();
  const canSaveSamples = useSession(({ may }) => may.includes("give_sample"));
  const applyFix = useApplyFix();
  const phone = usePhones();
  // A pipeline without stages builds, and there is nothing in the rune that could run.
  const isEmpty = useOutline().nodes.length === 0 && preview.state === "ready";
  const watchState = useStore(watches.state);
  // The rune of a newer text comes before the event that says so.
  const pushedRune = useStore(workspace.pushedRune);
  const ahead = pushedRune !== null && pushedRune.sequence > preview.sequence ? pushedRune : null;
  const version = ahead?.version ?? preview.build?.version ?? null;
  // The rune that shows what flows in wires runs in place of the plain one of the same text; until it is there, that.
  const shownBuild =
    watchState.build !== null && watchState.of === version ? watchState.build : ahead === null ? preview.build : null;
  const wantedRune = shownBuild ?? (ahead && { rune_digest: ahead.digest, rune_url: null });
  const isSignedOut = useIsSignedOut();
  const { rune, error } = useRune(client, wantedRune, isSignedOut, pushedRune);
  useEffect(() => {
    if (error !== null) startDeferred();
  }, [error]);
  const isHere =
    rune !== null && (rune.digest === preview.build?.rune_digest || rune.digest === shownBuild?.rune_digest);
  const watching = useMemo<Watching>(
    () => ({
      wires: watchState.wires,
      waiting:
        watchState.problem ??
        (watchState.of === version ? "It appears with the next input." : "Building a rune that shows it…"),
      onUnwatch: (stage, index) => watches.toggle({ stage, index }),
    }),
    [watchState, version, watches],
  );
  const timedRune = useTimed(workspace, version, isSignedOut);
  const host = useHost(phone.line);
  const questions = diagnostics.filter(({ code }) => code === OPEN_QUESTION);
  const status = (
    <>
      <StatusLine isHere={isHere} />
      <span className="grow" />
      {phone.button}
    </>
  );
  return (
    <div className="preview-pane">
      {phone.dialog}
      {phone.pane}
      {error !== null && (
        <p className="notice bad">
          The rune could not be fetched. <InlineCode>{error}</InlineCode>
        </p>
      )}
      <Preview
        rune={isEmpty ? null : (rune?.bytes ?? null)}
        empty={isEmpty ? <EmptyPipeline /> : undefined}
        edition={version}
        status={status}
        memory={preview.build?.memory ?? null}
        host={host}
        watching={watching}
        timedRune={timedRune}
        first={(running) => (
          <Suspense fallback={null}>
            <SelectedBlock running={running} />
          </Suspense>
        )}
        after={(running) => (
          <>
            {canSaveSamples && (
              <Suspense>
                <WrongResult running={running} />
              </Suspense>
            )}
            {preview.build && (
              <Suspense>
                <Board client={client} build={preview.build} running={running} />
              </Suspense>
            )}
          </>
        )}
      >
        {questions.length > 0 &&
          ((running) => (
            <Suspense fallback={null}>
              <OpenQuestions
                questions={questions}
                workspace={workspace}
                version={version}
                running={running}
                onAnswer={mayEdit ? applyFix : null}
                onSelect={places.goToProblem}
              />
            </Suspense>
          ))}
      </Preview>
    </div>
  );
}

/** How far the newest edit is: the one part of the preview that changes with each key. */
function StatusLine({ isHere }: { readonly isHere: boolean }) {
  const { places } = useStudio();
  const preview = useSession((session) => session.preview);
  const isSignedOut = useIsSignedOut();
  const edit = useText((state) => editState(state, isSignedOut));
  const { problem, tone, text } = useMemo(() => previewStatus(preview, edit, isHere), [preview, edit, isHere]);
  return (
    <span className="preview-status" role="status">
      {problem === null ? (
        <span className={`tag ${tone}`}>{text}</span>
      ) : (
        <button type="button" className={`tag ${tone}`} title="Go to it" onClick={() => places.goToProblem(problem)}>
          {text}
        </button>
      )}
    </span>
  );
}

/** The rune of this text that says when each stage ends, while Timing is open. */
function useTimed({ client, timing }: Workspace, version: string | null, isSignedOut: boolean): TimedRune {
  const { build, of, problem } = useStore(timing.state);
  const { rune, error } = useRune(client, build, isSignedOut);
  const isCurrent = build !== null && of === version && rune?.digest === build.rune_digest;
  const waiting = problem ?? error ?? "Building a rune that times each stage…";
  return useMemo(
    () => ({
      onToggle: (isOpen: boolean) => timing.setVariant(isOpen ? { timed: true } : null),
      rune: isCurrent ? rune.bytes : null,
      waiting,
    }),
    [timing, isCurrent, rune, waiting],
  );
}

/** The services of the project for its preview: its files, its builds, its samples. */
function useHost(phone: () => Promise<PhoneLine>): PreviewHost {
  const { workspace, places, dialogs } = useStudio();
  const { client } = workspace;
  const projectPage = useSession(({ project }) => project.url);
  const files = useText((text) => text.files);
  const builds = useSession((session) => session.builds);
  const me = useSession((session) => session.me.id);
  const mayEdit = useMayEdit();
  const canSaveSamples = useSession(({ may }) => may.includes("give_sample"));
  const dataRevision = useSession((session) => session.dataRevision);
  const [wordlists, setWordlists] = useState<readonly (readonly string[])[]>([]);
  const labels = useMemo(() => [...new Set(wordlists.flat())], [wordlists]);
  const older = useSession(({ preview }) => olderReason(preview));
  const [replay, setReplay] = useState<StoredRecording | null>(null);
  const [runs, setRuns] = useState(false);
  const isRead = useText(({ read }) => read);
  useEffect(() => {
    if (runs && isRead) startDeferredAfterPaint();
  }, [runs, isRead]);
  useEffect(() => {
    // Once, when the first rune runs.
    if (!runs || !window.location.search.includes("sample=")) return;
    void import("../session/samples/of-address").then(({ sampleOfAddress }) =>
      sampleOfAddress(workspace, projectPage).then(setReplay),
    );
  }, [runs, workspace, projectPage]);
  const [samples, setSamples] = useState<readonly HostFile[]>([]);
  const wantsSamples = runs && isRead && !hasExampleFile(files);
  useEffect(() => {
    if (!wantsSamples) return;
    // Without them the examples are generated, as in a project without samples.
    void import("../session/samples/example-samples").then(({ exampleSamples }) =>
      exampleSamples(client, projectPage).then(setSamples, () => undefined),
    );
  }, [wantsSamples, client, projectPage, dataRevision]);
  const project = useSession((session) => session.project.id);
  const shelf = useMemo(() => lazyShelf(me, project), [me, project]);
  const numberError = useNumberError(client, files);
  const thresholds = useMemo<ThresholdHost>(() => thresholdHost(workspace, mayEdit), [workspace, mayEdit]);
  return useMemo(
    () => ({
      files: files.map(({ path }) => ({ path, read: () => client.readFile(path) })),
      // The project's own come first: a page that names none compares with the first.
      builds: [...withoutProposals(builds), ...builds.filter((each) => each.change_request !== null)].flatMap(
        (each) => {
          const address = each.rune_url;
          return address === null || each.number === null
            ? []
            : [{ id: each.id, label: buildTitle(each), read: () => client.rune(address) }];
        },
      ),
      samples,
      replay,
      older,
      onSend: canSaveSamples
        ? (recording, prediction) => dialogs.open({ what: "save-recording", recording, labels, prediction })
        : null,
      ...(mayEdit && {
        onAddLabels: (stage, index, count) =>
          workspace.attempt(
            import("../edits/add-labels")
              .then(({ addLabels }) => addLabels(workspace, { stage, index, count }))
              .then((path) => path !== null && places.awaitFile(path)),
          ),
      }),
      phone,
      board: BOARD,
      shelf,
      thresholds,
      numberError,
      wordlists,
      onLoaded: (loadedRune) => {
        if (loadedRune === null) return;
        const { wordlists } = loadedRune;
        setWordlists((before) => (JSON.stringify(before) === JSON.stringify(wordlists) ? before : wordlists));
        setRuns(true);
      },
      below: <Samples version={dataRevision} onReplay={setReplay} labels={labels} mayEdit={mayEdit} me={me} />,
    }),
    [
      files,
      samples,
      older,
      builds,
      client,
      workspace,
      places,
      dialogs,
      me,
      mayEdit,
      canSaveSamples,
      replay,
      dataRevision,
      labels,
      wordlists,
      thresholds,
      numberError,
      shelf,
      phone,
    ],
  );
}

/** Reads how far the rune's number is usually off, once for the files that can decide it. */
function useNumberError(client: ProjectClient, files: readonly FileEntry[]): NonNullable<PreviewHost["numberError"]> {
  const learned = files.filter(({ path }) => /\.(?:tflite|json)$/u.test(path));
  const key = JSON.stringify(learned.map(({ path, digest }) => ({ path, digest })));
  return useMemo(() => {
    const entries = JSON.parse(key) as readonly Pick<FileEntry, "path" | "digest">[];
    let reading: Promise<NumberError | null> | null = null;
    return () =>
      (reading ??= import("../session/number-error").then(({ numberErrorOf }) => numberErrorOf(client, entries)));
  }, [client, key]);
}

/** Recordings over a reload; what stores them is fetched when the preview first shows. */
function lazyShelf(person: string, project: string): RecordingShelf {
  const shelf = import("../session/samples/recording-shelf").then(({ recordingShelf }) =>
    recordingShelf(person, project),
  );
  return {
    read: async () => (await shelf).read(),
    put: async (recording) => (await shelf).put(recording),
    remove: async (id) => (await shelf).remove(id),
  };
}

/** The project's recordings and its text, for tuning a threshold; what does it is fetched when somebody does. */
function thresholdHost(workspace: Workspace, mayEdit: boolean): ThresholdHost {
  const edits = () => import("../edits/thresholds");
  return {
    recordings: async () => (await edits()).recordingsOf(workspace),
    numbers: async (place) => (await edits()).numbersOf(workspace, place),
    write: mayEdit ? async (number, value) => (await edits()).writeNumber(workspace, number, value) : null,
    add: mayEdit ? async (place, value) => (await edits()).addThreshold(workspace, place, value) : null,
  };
}

interface SamplesProps {
  readonly version: number;
  readonly onReplay: (recording: StoredRecording) => void;
  readonly labels: readonly string[];
  readonly mayEdit: boolean;
  readonly me: string;
}

function Samples({ version, onReplay, labels, mayEdit, me }: SamplesProps) {
  const { workspace, dialogs } = useStudio();
  const projectPage = useSession(({ project }) => project.url);
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="card preview-card samples" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Samples of the project</summary>
      {isOpen && (
        <Suspense fallback={<p className="small muted">Loading…</p>}>
          <SampleList
            client={workspace.client}
            me={me}
            version={version}
            labels={labels}
            mayEdit={mayEdit}
            onReplay={({ id, number, label, kind }) =>
              workspace.attempt(
                workspace.client
                  .recording(id)
                  .then((file) => onReplay({ label, kind, file, page: `${projectPage}/data/samples/${number}` })),
              )
            }
            onImport={(dropping) => dialogs.open({ what: "import-samples", labels, dropping })}
            onDone={(sentence, undo) =>
              workspace.toasts.say(sentence, undo && { label: "Undo", run: () => workspace.attempt(undo()) })
            }
          />
        </Suspense>
      )}
    </details>
  );
}

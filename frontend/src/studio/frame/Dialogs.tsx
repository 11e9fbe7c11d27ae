// The dialogs of the page, of which one at most is open, fetched while the page rests: what is asked, and what its answer does.
import { lazyPart } from "../../look/boundary";
import type { Destination } from "../context/destination";
import { fileAnswers } from "../context/files/answers";
import { Palette } from "../commands/Palette";
import { ShortcutHelp } from "../commands/ShortcutHelp";
import { commandsOf } from "../commands/all";
import { Suspense, useMemo } from "react";
import { PublishRuneDialog } from "../dialogs/publish/RuneDialog";
import { RenameDialog } from "../dialogs/RenameDialog";
import { RuneFileDialog } from "../dialogs/RuneFileDialog";
import { SaveVersionDialog } from "../dialogs/SaveVersionDialog";
import { ShareDialog } from "../dialogs/ShareDialog";
import { placeFor } from "../document/files/paths";
import { sentenceOf } from "../api/problem";
import { overrideGate } from "../api/publishing";
import { count } from "../format/quantities";
import { withdrawAll } from "../session/samples/splits-and-labels";
import { lastSucceeded } from "../session/project-session";
import type { DialogRequest } from "../context/dialog-store";
import { useMayEdit, useOutline, useSession, useStudio, useText } from "../context/studio";
import "../styles/commands.css";

/** Fetched when something is asked about files for the first time. */
const FileDialogs = lazyPart(() => import("../dialogs/files/FileDialogs"));

const ImportDialog = lazyPart(() => import("../dialogs/samples/ImportDialog"));
const NewBlockDialog = lazyPart(() => import("../dialogs/NewBlockDialog"));
const PublishBlockDialog = lazyPart(() => import("../dialogs/publish/BlockDialog"));
const BlockVersionDialog = lazyPart(() => import("../dialogs/BlockVersionDialog"));
const BuildChoicesDialog = lazyPart(() => import("../dialogs/BuildChoicesDialog"));
/** The purpose of the samples of a split. */
const PURPOSES = { test: "tests", train: "training", validation: "validation" } as const;

const SaveRecordingDialog = lazyPart(() => import("../dialogs/samples/SaveRecordingDialog"));

interface DialogsProps {
  readonly request: DialogRequest;
}

export default function Dialogs({ request }: DialogsProps) {
  const studio = useStudio();
  const { workspace, places, dialogs, building } = studio;
  const answers = useMemo(() => fileAnswers(workspace, places, dialogs), [workspace, places, dialogs]);
  const session = useSession((each) => each);
  const mayEdit = useMayEdit();
  const onClose = dialogs.close;
  switch (request.what) {
    case "files":
      return (
        <Suspense>
          <FileDialogs
            request={request.request}
            workspace={workspace}
            files={workspace.state.getState().files}
            mayEdit={mayEdit}
            answers={answers}
            onClose={onClose}
          />
        </Suspense>
      );
    case "save-version":
      return <SaveVersionDialog onSave={building.saveVersion} onClose={onClose} />;
    case "rune":
      return (
        <RuneFileDialog
          files={request.files}
          mayEdit={mayEdit}
          onAdd={() => answers.send(request.files.map((file) => ({ path: placeFor(file.name), file })))}
          onClose={onClose}
        />
      );
    case "share":
      return <ShareDialog session={session} build={lastSucceeded(session.builds)} onClose={onClose} />;
    case "targets":
      return (
        <Suspense fallback={null}>
          <BuildChoicesDialog
            client={workspace.client}
            devices={`${session.project.url}/boards`}
            onSaved={(undo) =>
              workspace.toasts.say("Saved. The next build uses these settings.", {
                label: "Undo",
                run: () => {
                  undo().then(
                    () => workspace.toasts.say("The earlier build settings are restored."),
                    (error: unknown) => workspace.toasts.say(sentenceOf(error)),
                  );
                },
              })
            }
            onBuild={building.start}
            onClose={onClose}
          />
        </Suspense>
      );
    case "publish":
      return (
        <PublishRuneDialog
          session={session}
          build={request.build}
          readState={() => workspace.client.gateState(request.build.id)}
          onPublish={(tag, etag) => workspace.client.publish(tag, request.build.id, etag)}
          onOverrideGate={(tag, reason, etag) => overrideGate(workspace.client, tag, request.build.id, reason, etag)}
          onClose={onClose}
        />
      );
    case "palette":
      return <EverythingPalette start={request.start} onClose={onClose} />;
    case "choose":
      return <Palette title={request.title} commands={[]} destinations={request.choices} start="" onClose={onClose} />;
    case "rename-name":
      return <RenameDialog name={request.name} onRename={request.rename} onClose={onClose} />;
    case "save-recording":
      return (
        <Suspense fallback={null}>
          <SaveRecordingDialog
            recording={request.recording}
            labels={request.labels}
            prediction={request.prediction}
            wrongAnswer={request.wrongAnswer}
            client={workspace.client}
            isEndless={session.may.includes("manage")}
            onSent={({ id, number, split }) =>
              workspace.toasts.say(`The recording is sample ${number} of the project's data, for ${PURPOSES[split]}.`, {
                label: "Undo",
                run: () => workspace.attempt(workspace.client.withdrawSample(id)),
              })
            }
            onClose={onClose}
          />
        </Suspense>
      );
    case "import-samples":
      return (
        <Suspense fallback={null}>
          <ImportDialog
            labels={request.labels}
            dropping={request.dropping}
            client={workspace.client}
            limit={workspace.uploads.limit}
            onImported={({ samples, refused_files: refusals }) =>
              workspace.toasts.say(`${count(samples.length, "sample")} imported${alsoRefused(refusals.length)}.`, {
                label: "Undo",
                run: () => workspace.attempt(withdrawAll(workspace.client, samples)),
              })
            }
            onClose={onClose}
          />
        </Suspense>
      );
    case "new-block":
      return (
        <Suspense fallback={null}>
          <NewBlockDialog at={request.at} onClose={onClose} />
        </Suspense>
      );
    case "publish-block":
      return (
        <Suspense fallback={null}>
          <PublishBlockDialog path={request.path} onClose={onClose} />
        </Suspense>
      );
    case "block-version":
      return (
        <Suspense fallback={null}>
          <BlockVersionDialog {...request} onClose={onClose} />
        </Suspense>
      );
    case "shortcuts":
      return <ShortcutHelp commands={commandsOf(studio)} onClose={onClose} />;
    case "phone":
    case "resolve":
      return null;
  }
}

const alsoRefused = (number: number): string => (number > 0 ? `, ${count(number, "file")} refused` : "");

/** All that can be done or opened at the moment at which it is asked for. */
function EverythingPalette({ start, onClose }: { readonly start: string; readonly onClose: () => void }) {
  const studio = useStudio();
  const { places } = studio;
  const files = useText((text) => text.files);
  const outline = useOutline();
  const commands = useMemo(() => commandsOf(studio), [studio]);
  const destinations = useMemo<readonly Destination[]>(
    () => [
      ...files.map((file) => ({ id: file.id, title: file.path, kind: "File", go: () => places.openFile(file.id) })),
      ...outline.nodes.map((node) => ({
        id: `stage ${node.name}`,
        title: node.name,
        kind: "Stage",
        go: () => places.goToStage(node),
      })),
    ],
    [places, files, outline],
  );
  const here = useSession((session) => session.project.url);
  return <Palette commands={commands} destinations={destinations} here={here} start={start} onClose={onClose} />;
}

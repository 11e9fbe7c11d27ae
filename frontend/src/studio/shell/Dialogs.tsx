// The dialogs of the page, of which one at most is open, fetched while the page rests: what is asked, and what its answer does.
import type { Build } from "../../api/schema";
import { Palette, type Destination } from "../commands/Palette";
import { ShortcutHelp } from "../commands/ShortcutHelp";
import type { Command } from "../commands/command";
import { lazy, Suspense } from "react";
import type { Take } from "../../preview";
import type { FileAsking } from "../dialogs/files/asking";
import type { FileAnswers } from "../dialogs/files/FileDialogs";
import { PublishDialog } from "../dialogs/PublishDialog";
import { RenameDialog } from "../dialogs/RenameDialog";
import { RuneDialog } from "../dialogs/RuneDialog";
import { SaveVersionDialog } from "../dialogs/SaveVersionDialog";
import { ShareDialog } from "../dialogs/ShareDialog";
import { placeFor } from "../document/paths";
import { lastSucceeded, type Session } from "../session/state";
import type { Workspace } from "../session/workspace";
import "../styles/commands.css";

/** Fetched when something is asked about files for the first time. */
const FileDialogs = lazy(() => import("../dialogs/files/FileDialogs"));

const SendTakeDialog = lazy(() => import("../dialogs/SendTakeDialog"));

export type Asking =
  | { readonly what: "files"; readonly asking: FileAsking }
  | { readonly what: "save-version" }
  | { readonly what: "rune"; readonly files: readonly File[] }
  | { readonly what: "share"; readonly review: boolean }
  | { readonly what: "publish"; readonly build: Build }
  | { readonly what: "palette"; readonly start: string }
  | { readonly what: "choose"; readonly title: string; readonly choices: readonly Destination[] }
  | { readonly what: "rename-name"; readonly name: string; readonly rename: (name: string) => Promise<string | null> }
  | { readonly what: "send-take"; readonly take: Take }
  | { readonly what: "shortcuts" };

interface DialogsProps {
  readonly asking: Asking;
  readonly workspace: Workspace;
  readonly session: Session;
  readonly mayEdit: boolean;
  readonly commands: readonly Command[];
  readonly destinations: readonly Destination[];
  readonly answers: FileAnswers;
  readonly onSaveVersion: (message: string) => void;
  readonly onClose: () => void;
}

export default function Dialogs({
  asking,
  workspace,
  session,
  mayEdit,
  commands,
  destinations,
  answers,
  onSaveVersion,
  onClose,
}: DialogsProps) {
  switch (asking.what) {
    case "files":
      return (
        <Suspense>
          <FileDialogs
            asking={asking.asking}
            workspace={workspace}
            files={workspace.state.getState().files}
            mayEdit={mayEdit}
            answers={answers}
            onClose={onClose}
          />
        </Suspense>
      );
    case "save-version":
      return <SaveVersionDialog onSave={onSaveVersion} onClose={onClose} />;
    case "rune":
      return (
        <RuneDialog
          files={asking.files}
          mayEdit={mayEdit}
          onAdd={() => answers.send(asking.files.map((file) => ({ path: placeFor(file.name), file })))}
          onClose={onClose}
        />
      );
    case "share":
      return (
        <ShareDialog
          session={session}
          build={lastSucceeded(session.builds)}
          asksForReview={asking.review}
          onClose={onClose}
        />
      );
    case "publish":
      return (
        <PublishDialog
          session={session}
          build={asking.build}
          onPublish={(tag) => workspace.client.publish(tag, asking.build.id)}
          onClose={onClose}
        />
      );
    case "palette":
      return <Palette commands={commands} destinations={destinations} start={asking.start} onClose={onClose} />;
    case "choose":
      return <Palette title={asking.title} commands={[]} destinations={asking.choices} start="" onClose={onClose} />;
    case "rename-name":
      return <RenameDialog name={asking.name} onRename={asking.rename} onClose={onClose} />;
    case "send-take":
      return (
        <Suspense fallback={null}>
          <SendTakeDialog
            take={asking.take}
            client={workspace.client}
            onSent={({ path }) => workspace.toasts.say(`The recording is saved as a sample: ${path}.`)}
            onClose={onClose}
          />
        </Suspense>
      );
    case "shortcuts":
      return <ShortcutHelp commands={commands} onClose={onClose} />;
  }
}

// The dialogs of the page, of which one at most is open: what is asked, and what its answer does.
import { lazy, Suspense } from "react";
import { Palette, type Destination } from "../commands/Palette";
import { ShortcutHelp } from "../commands/ShortcutHelp";
import type { Command } from "../commands/command";
import type { Take } from "../../preview";
import type { Build } from "../api/types";
import { NameDialog } from "../dialogs/NameDialog";
import { PublishDialog } from "../dialogs/PublishDialog";
import { RenameDialog } from "../dialogs/RenameDialog";
import { ReplaceDialog } from "../dialogs/ReplaceDialog";
import { RuneDialog } from "../dialogs/RuneDialog";
import { ShareDialog } from "../dialogs/ShareDialog";
import type { FileEntry } from "../document/files";
import { placeFor } from "../document/paths";
import { lastSucceeded, type Session } from "../session/state";
import type { Workspace } from "../session/workspace";

const SendTakeDialog = lazy(() => import("../dialogs/SendTakeDialog"));

export type Asking =
  | { readonly what: "create" }
  | { readonly what: "rename"; readonly file: FileEntry }
  | { readonly what: "replace"; readonly files: readonly File[] }
  | { readonly what: "rune"; readonly files: readonly File[] }
  | { readonly what: "share"; readonly review: boolean }
  | { readonly what: "publish"; readonly build: Build }
  | { readonly what: "palette"; readonly start: string }
  | { readonly what: "choose"; readonly title: string; readonly choices: readonly Destination[] }
  | { readonly what: "rename-name"; readonly name: string; readonly rename: (name: string) => Promise<string | null> }
  | { readonly what: "send-take"; readonly take: Take }
  | { readonly what: "shortcuts" };

interface DialogsProps {
  readonly asking: Asking | null;
  readonly workspace: Workspace;
  readonly session: Session;
  readonly taken: ReadonlySet<string>;
  readonly commands: readonly Command[];
  readonly destinations: readonly Destination[];
  readonly onCreate: (path: string) => void;
  readonly onSend: (files: readonly File[]) => void;
  readonly onClose: () => void;
}

export function Dialogs({ asking, workspace, session, taken, commands, destinations, onCreate, onSend, onClose }: DialogsProps) {
  switch (asking?.what) {
    case undefined:
      return null;
    case "create":
      return <NameDialog title="New file" verb="Create" start="" taken={taken} onName={onCreate} onClose={onClose} />;
    case "rename":
      return <NameDialog title={`Rename ${asking.file.path}`} verb="Rename" start={asking.file.path} taken={taken} onName={(path) => workspace.files.rename(asking.file.id, path)} onClose={onClose} />;
    case "replace":
      return <ReplaceDialog paths={asking.files.map((file) => placeFor(file.name)).filter((path) => taken.has(path))} onReplace={() => onSend(asking.files)} onClose={onClose} />;
    case "rune":
      return <RuneDialog files={asking.files} mayEdit={session.me.role !== "viewer"} onAdd={() => onSend(asking.files)} onClose={onClose} />;
    case "share":
      return <ShareDialog session={session} build={lastSucceeded(session.builds)} asksForReview={asking.review} onClose={onClose} />;
    case "publish":
      return <PublishDialog session={session} build={asking.build} onPublish={(tag) => workspace.client.publish(tag, asking.build.id)} onClose={onClose} />;
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
            onSent={({ path }) => workspace.toasts.say(`It is a sample now: ${path}.`)}
            onClose={onClose}
          />
        </Suspense>
      );
    case "shortcuts":
      return <ShortcutHelp commands={commands} onClose={onClose} />;
  }
}

// The dialogs about files: each shows what is asked, and hands the answer on.
import { useMemo } from "react";
import type { FileEntry } from "../../document/files/files";
import { baseName, byName, pathProblem } from "../../document/files/paths";
import { moveProblem, parentOf } from "../../document/files/tree";
import { sizeText } from "../../../look/quantities";
import { planUpload } from "../../session/uploads/plan";
import type { Workspace } from "../../session/workspace";
import { ArchiveDialog } from "./ArchiveDialog";
import type { FileDialogRequest } from "../../context/files/dialog-request";
import { DeletedDialog } from "./DeletedDialog";
import { PathDialog } from "./PathDialog";
import { UploadDialog } from "./UploadDialog";
import { RemoveUsedDialog, RenameUsedDialog } from "./UsedDialogs";
import type { FileAnswers } from "../../context/files/actions";
import "../../styles/files/dialogs.css";

interface FileDialogsProps {
  readonly request: FileDialogRequest;
  readonly workspace: Workspace;
  readonly files: readonly FileEntry[];
  readonly mayEdit: boolean;
  readonly answers: FileAnswers;
  readonly onClose: () => void;
}

function foldersOf(files: readonly FileEntry[]): readonly string[] {
  const folders = new Set<string>();
  for (const { path } of files)
    for (let folder = parentOf(path); folder !== ""; folder = parentOf(folder)) folders.add(folder);
  return [...folders].sort(byName);
}

export default function FileDialogs({ request, workspace, files, mayEdit, answers, onClose }: FileDialogsProps) {
  const paths = useMemo(() => new Set(files.map((file) => file.path)), [files]);
  const folders = useMemo(() => foldersOf(files), [files]);
  switch (request.what) {
    case "create-file":
      return (
        <PathDialog
          title="New file"
          label="Name, with its folders"
          verb="Create"
          start={request.folder === "" ? (files.length === 0 ? "Runefile.yml" : "") : `${request.folder}/`}
          hint="A slash makes a folder: notes/first.md"
          placeholder="labels.txt"
          problemOf={(path) => pathProblem(path, paths)}
          onPath={answers.create}
          onClose={onClose}
        />
      );
    case "rename-file": {
      const { target } = request;
      return (
        <PathDialog
          title={`Rename ${target.path}`}
          label={target.kind === "folder" ? "The folder's name, with those above it" : "Name, with its folders"}
          verb="Rename"
          start={target.path}
          problemOf={(path) => moveProblem(target, path, files)}
          onPath={(path) => path !== target.path && answers.move(target, path)}
          onClose={onClose}
        />
      );
    }
    case "move-file": {
      const { target } = request;
      const into = (folder: string): string =>
        folder === "" ? baseName(target.path) : `${folder}/${baseName(target.path)}`;
      return (
        <PathDialog
          title={`Move ${target.path}`}
          label="Into which folder"
          verb="Move"
          start={parentOf(target.path)}
          hint="Leave it empty for the project's own folder. A new folder is created."
          proposals={folders.filter((folder) => folder !== target.path && !folder.startsWith(`${target.path}/`))}
          placeholder="the project's own folder"
          mayBeEmpty
          problemOf={(folder) => moveProblem(target, into(folder), files)}
          onPath={(folder) => into(folder) !== target.path && answers.move(target, into(folder))}
          onClose={onClose}
        />
      );
    }
    case "rename-used":
      return (
        <RenameUsedDialog
          from={request.target.path}
          to={request.to}
          changes={request.changes}
          onRename={(alsoThere) => answers.rename(request.target, request.to, alsoThere)}
          onClose={onClose}
        />
      );
    case "remove-used":
      return (
        <RemoveUsedDialog
          path={request.target.path}
          uses={request.uses}
          onRemove={() => answers.remove(request.target)}
          onClose={onClose}
        />
      );
    case "upload":
      return (
        <UploadDialog
          plan={planUpload(request.incoming, request.folder, paths, workspace.uploads.limit, sizeText)}
          limit={workspace.uploads.limit}
          storage={workspace.storage}
          onSend={(sends) => answers.send(sends, request.etags)}
          onClose={onClose}
        />
      );
    case "archive":
      return (
        <ArchiveDialog
          file={request.file}
          folder={request.folder}
          onUnpack={(replace) => answers.unpack(request.file, request.folder, replace)}
          onAddAsFile={() =>
            answers.send([
              {
                path: request.folder === "" ? request.file.name : `${request.folder}/${request.file.name}`,
                file: request.file,
              },
            ])
          }
          onClose={onClose}
        />
      );
    case "deleted-files":
      return (
        <DeletedDialog
          files={workspace.files}
          client={workspace.client}
          mayEdit={mayEdit}
          onRestored={answers.showRestored}
          onVersions={answers.versions}
          onClose={onClose}
        />
      );
  }
}

// The commands about files and versions. What each does is given; which there are and how they are called stand here.
import type { FileEntry } from "../document/files";
import type { FileActions, FileTarget } from "../panels/files/actions";
import type { Command } from "./command";

export interface FileCommandActions {
  readonly mayEdit: boolean;
  readonly active: FileEntry | null;
  /** Whether a text is open in the editor. */
  readonly isText: boolean;
  readonly actions: FileActions;
  readonly saveVersion: () => void;
  readonly versions: () => void;
  readonly authors: () => void;
}

const NEEDS_ROLE = "Editing needs the Developer role";

export function fileCommands({
  mayEdit,
  active,
  isText,
  actions,
  saveVersion,
  versions,
  authors,
}: FileCommandActions): readonly Command[] {
  const editing = mayEdit ? null : NEEDS_ROLE;
  const open = active === null ? "No file is open" : null;
  const target: FileTarget | null = active === null ? null : { kind: "file", path: active.path, file: active };
  const withTarget = (run: (target: FileTarget) => void) => (): void => {
    if (target !== null) run(target);
  };
  return [
    { id: "file.upload-folder", title: "Upload a folder…", group: "File", refused: editing, run: actions.uploadFolder },
    {
      id: "file.move",
      title: "Move this file to a folder…",
      group: "File",
      refused: open ?? editing,
      run: withTarget(actions.move),
    },
    {
      id: "file.duplicate",
      title: "Duplicate this file",
      group: "File",
      refused: open ?? editing,
      run: () => active !== null && actions.duplicate(active),
    },
    {
      id: "file.download",
      title: "Download this file",
      group: "File",
      refused: open,
      run: withTarget(actions.download),
    },
    {
      id: "file.path",
      title: "Copy this file's path",
      group: "File",
      refused: open,
      run: withTarget(actions.copyPath),
    },
    { id: "file.download-all", title: "Download all files as .zip", group: "File", run: () => actions.download(null) },
    { id: "file.deleted", title: "Deleted files…", group: "File", run: actions.showDeleted },
    {
      id: "file.authors",
      title: "Show authors",
      group: "File",
      refused: isText ? null : "Open a text first",
      run: authors,
    },
    {
      id: "version.save",
      title: "Save a version…",
      group: "Project",
      keys: "Mod+Shift+s",
      refused: editing,
      run: saveVersion,
    },
    { id: "version.list", title: "Versions", group: "Project", run: versions },
  ];
}

// What can be done with a file or a folder of the tree, and the menu that offers it. What each does is the page's.
import { Copy, Download, File as FileIcon, FolderInput, Link, Pencil, Plus, Trash2, Upload } from "lucide-react";
import type { FileEntry } from "../../document/files";
import type { Target } from "../../document/tree";
import { DIVIDER, type MenuItem } from "../../parts/menu-items";

export type FileTarget = Target<FileEntry>;

export interface FileActions {
  readonly open: (id: string) => void;
  /** Ask for the name of a new file in a folder, "" for the top. */
  readonly create: (folder: string) => void;
  readonly rename: (target: FileTarget) => void;
  /** Ask for the folder to move it to. */
  readonly move: (target: FileTarget) => void;
  /** Move it at once, as a drag does. */
  readonly moveTo: (target: FileTarget, folder: string) => void;
  readonly duplicate: (file: FileEntry) => void;
  readonly remove: (target: FileTarget) => void;
  readonly download: (target: FileTarget | null) => void;
  readonly copyPath: (target: FileTarget) => void;
  /** Choose files to upload into a folder; null where each kind has its own place. */
  readonly upload: (folder: string | null) => void;
  readonly uploadFolder: () => void;
  /** Take what was dropped on a folder. */
  readonly take: (transfer: DataTransfer | null, folder: string | null) => void;
  readonly showDeleted: () => void;
}

/** The menu of a target, in groups: go, change, take away. A viewer is offered what does not edit. */
export function menuOf(
  target: FileTarget,
  mayEdit: boolean,
  actions: FileActions,
): readonly (MenuItem | typeof DIVIDER)[] {
  const items: (MenuItem | typeof DIVIDER)[] = [];
  if (target.kind === "file")
    items.push({ label: "Open", Icon: FileIcon, keys: "Enter", run: () => actions.open(target.file.id) });
  if (mayEdit && target.kind === "folder") {
    items.push({ label: "New file here…", Icon: Plus, run: () => actions.create(target.path) });
    items.push({ label: "Upload files here…", Icon: Upload, run: () => actions.upload(target.path) });
  }
  if (mayEdit) {
    if (items.length > 0) items.push(DIVIDER);
    items.push({ label: "Rename…", Icon: Pencil, keys: "F2", run: () => actions.rename(target) });
    items.push({ label: "Move to…", Icon: FolderInput, run: () => actions.move(target) });
    if (target.kind === "file")
      items.push({ label: "Duplicate", Icon: Copy, run: () => actions.duplicate(target.file) });
  }
  if (items.length > 0) items.push(DIVIDER);
  items.push({
    label: target.kind === "folder" ? "Download as .zip" : "Download",
    Icon: Download,
    run: () => actions.download(target),
  });
  items.push({ label: "Copy its path", Icon: Link, run: () => actions.copyPath(target) });
  if (mayEdit) items.push(DIVIDER, { label: "Delete", Icon: Trash2, keys: "Del", run: () => actions.remove(target) });
  return items;
}

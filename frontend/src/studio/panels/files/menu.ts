// The menu of a file or a folder of the tree.
import {
  CircleAlert,
  Copy,
  Download,
  File as FileIcon,
  FolderInput,
  Link,
  Pencil,
  Plus,
  Trash2,
  Upload,
} from "lucide-react";
import type { FileActions, FileTarget } from "../../context/files/actions";
import { DIVIDER, type MenuItem } from "../../parts/menu/items";

/**
 * The menu of a target, in groups: go, change, take away. A viewer is offered what does not edit. `problem` is the one that
 * the badge of the row stands for.
 */
export function menuOf(
  target: FileTarget,
  mayEdit: boolean,
  actions: FileActions,
  problem: { readonly place: string; readonly go: () => void } | null,
): readonly (MenuItem | typeof DIVIDER)[] {
  const items: (MenuItem | typeof DIVIDER)[] = [];
  if (target.kind === "file")
    items.push({ label: "Open", Icon: FileIcon, keys: "Enter", run: () => actions.open(target.file.id) });
  if (problem !== null) items.push({ label: `Go to ${problem.place}`, Icon: CircleAlert, run: problem.go });
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
  items.push({ label: "Copy path", Icon: Link, run: () => actions.copyPath(target) });
  if (mayEdit) items.push(DIVIDER, { label: "Delete", Icon: Trash2, keys: "Del", run: () => actions.remove(target) });
  return items;
}

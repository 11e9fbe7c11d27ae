// The actions on a file or a folder of the tree, and the results of the dialogs about files. Types only.
import type { FileEntry } from "../../document/files/files";
import type { TreeTarget } from "../../document/files/tree";
import type { UploadPlan } from "../../session/uploads/plan";

export type FileTarget = TreeTarget<FileEntry>;

/** The states of files by their paths; undefined where one cannot be read. */
export type FileEtags = ReadonlyMap<string, Promise<string | undefined>>;

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
  readonly drop: (transfer: DataTransfer | null, folder: string | null) => void;
  readonly showDeleted: () => void;
}

/** The acts after an answer in a dialog about files. */
export interface FileAnswers {
  readonly create: (path: string) => void;
  /** Give a file or a folder another path. */
  readonly move: (target: FileTarget, to: string) => void;
  /** The same after it was said whether the Runefile is changed too. */
  readonly rename: (target: FileTarget, to: string, alsoThere: boolean) => void;
  readonly remove: (target: FileTarget) => void;
  /** Send files; `etags` are of those that are replaced. */
  readonly send: (sends: UploadPlan["sends"], etags?: FileEtags) => void;
  readonly unpack: (file: File, folder: string, replace: boolean) => void;
  readonly showRestored: (id: string, path: string) => void;
  readonly versions: () => void;
}

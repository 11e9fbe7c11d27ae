// Files that come from outside: dropped, chosen or in folders, each with the path that it gets. What is left out is told.
import { baseName, extension, pathProblem, placeFor } from "../../document/paths";

/** A file with its name; in a folder, with the folder's name before it. */
export interface NamedFile {
  readonly name: string;
  readonly file: File;
}

/** Files that a project may have. The server holds to it. */
export const MAX_FILES = 500;
const LITTER = new Set([".ds_store", "thumbs.db", "desktop.ini"]);
/** Folders that are made from others, or hold a history: nobody means to upload them. */
const SKIPPED_FOLDERS = new Set([".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "__macosx"]);

export interface UploadPlan {
  readonly sends: readonly { readonly path: string; readonly file: File }[];
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
  /** How many files of histories, caches and file managers are left out. */
  readonly skipped: number;
  /** Paths of `sends` that are in the project already. */
  readonly replaces: readonly string[];
  readonly size: number;
}

/** What is no litter of version control, caches and file managers. */
export function withoutLitter(incoming: readonly NamedFile[]): readonly NamedFile[] {
  return incoming.filter(({ name }) => !isLitter(name));
}

function isLitter(name: string): boolean {
  const parts = name.toLowerCase().split("/");
  return LITTER.has(parts.at(-1) ?? "") || parts.slice(0, -1).some((part) => SKIPPED_FOLDERS.has(part));
}

/** Where a file goes: into the folder that it was dropped on, else where its kind belongs, else where it was. */
export function destination(name: string, folder: string | null): string {
  if (folder !== null && folder !== "") return `${folder}/${name}`;
  return name.includes("/") || folder === "" ? name : placeFor(name);
}

/** What would be sent of files, and what not and why. `limit` is for one file, in bytes. */
export function planUpload(
  incoming: readonly NamedFile[],
  folder: string | null,
  existing: ReadonlySet<string>,
  limit: number,
  formatSize: (bytes: number) => string,
): UploadPlan {
  const sends: { path: string; file: File }[] = [];
  const refused: { path: string; reason: string }[] = [];
  const planned = new Set<string>();
  let skipped = 0;
  for (const { name, file } of incoming) {
    if (isLitter(name)) {
      skipped += 1;
      continue;
    }
    const path = destination(name, folder);
    // A file that is there is replaced; only a folder of its name, or another spelling of it, stands in the way.
    const others = new Set([...existing, ...planned].filter((other) => other !== path));
    const reason = planned.has(path)
      ? "Another file of this upload has the same name."
      : (pathProblem(path, others) ??
        (file.size > limit
          ? `It is ${formatSize(file.size)}; this server accepts files up to ${formatSize(limit)}.`
          : null));
    if (reason !== null) refused.push({ path, reason });
    else if (new Set([...existing, ...planned, path]).size > MAX_FILES)
      refused.push({ path, reason: `A project has at most ${MAX_FILES} files.` });
    else {
      sends.push({ path, file });
      planned.add(path);
    }
  }
  return {
    sends,
    refused,
    skipped,
    replaces: sends.map(({ path }) => path).filter((path) => existing.has(path)),
    size: sends.reduce((sum, { file }) => sum + file.size, 0),
  };
}

/** Whether the plan is so plain that nothing needs to be asked. */
export function isPlain(plan: UploadPlan): boolean {
  return plan.refused.length === 0 && plan.skipped === 0 && plan.replaces.length === 0 && plan.sends.length <= 10;
}

/** The one .zip among what came, when it came alone. */
export function loneArchive(incoming: readonly NamedFile[]): File | null {
  const [first] = incoming;
  return first !== undefined && incoming.length === 1 && extension(baseName(first.name)) === "zip" ? first.file : null;
}

/** Files of an input element; from `webkitdirectory` with the folder's name before theirs. */
export function chosen(list: FileList | null): readonly NamedFile[] {
  return [...(list ?? [])].map((file) => ({
    name: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath,
    file,
  }));
}

/** Files and whole folders that were dropped. To be called within the event: later the browser gives nothing. */
export function dropped(transfer: DataTransfer | null): Promise<readonly NamedFile[]> {
  const entries = [...(transfer?.items ?? [])].flatMap((item) =>
    item.kind === "file" ? (item.webkitGetAsEntry() ?? []) : [],
  );
  if (entries.length === 0)
    return Promise.resolve([...(transfer?.files ?? [])].map((file) => ({ name: file.name, file })));
  return Promise.all(entries.map((entry) => filesIn(entry, ""))).then((lists) => lists.flat());
}

/** Enough to say that there are too many. */
const MAX_FILES_READ = 5000;

async function filesIn(entry: FileSystemEntry, before: string): Promise<readonly NamedFile[]> {
  const name = before + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ name, file }];
  }
  // What is never sent is not read either: such folders hold tens of thousands of files. One stands for them.
  if (SKIPPED_FOLDERS.has(entry.name.toLowerCase())) return [{ name: `${name}/x`, file: new File([], "x") }];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: NamedFile[] = [];
  while (files.length < MAX_FILES_READ) {
    // A browser gives a hundred at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    for (const each of some) files.push(...(await filesIn(each, `${name}/`)));
  }
  return files;
}

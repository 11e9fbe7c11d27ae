// Files that come from outside: dropped, chosen or in folders, each with its name.

/** A file with its name; in a folder, with the folder's name before it. */
export interface NamedFile {
  readonly name: string;
  readonly file: File;
}

/** Folders that are made from others, or hold a history: nobody means to upload them. */
export const SKIPPED_FOLDERS = new Set([".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "__macosx"]);

/** Files of an input element; from `webkitdirectory` with the folder's name before theirs. */
export function filesOfInput(list: FileList | null): readonly NamedFile[] {
  return [...(list ?? [])].map((file) => ({
    name: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath,
    file,
  }));
}

/** Files and whole folders that were dropped. To be called within the event: later the browser gives nothing. */
export function filesOfDrop(transfer: DataTransfer | null): Promise<readonly NamedFile[]> {
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
  // Folders that are never sent are not read either: they hold tens of thousands of files. One stands for them.
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

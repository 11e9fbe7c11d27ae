// Says which files are open in tabs and which one is shown. Pure: files come and go under it, so it is derived, not repaired.
import type { FileEntry } from "../document/files/files";
import { findRunefile } from "../document/files/runefile";

export interface OpenFiles {
  /** Ids in the order of the tabs; some may be of files that are gone. */
  readonly tabs: readonly string[];
  readonly active: string | null;
}

export interface ShownFiles {
  readonly tabs: readonly FileEntry[];
  readonly active: FileEntry | null;
}

export function openedFile(open: OpenFiles, id: string): OpenFiles {
  return { tabs: open.tabs.includes(id) ? open.tabs : [...open.tabs, id], active: id };
}

/** Closing what is shown shows its neighbour. */
export function closedFile(open: OpenFiles, id: string): OpenFiles {
  const at = open.tabs.indexOf(id);
  const tabs = open.tabs.filter((other) => other !== id);
  if (open.active !== id) return { ...open, tabs };
  return { tabs, active: tabs[Math.min(Math.max(at, 0), tabs.length - 1)] ?? null };
}

/** The open files that exist; the Runefile when nothing else is open. */
export function filesToShow(open: OpenFiles, files: readonly FileEntry[]): ShownFiles {
  const byId = new Map(files.map((file) => [file.id, file]));
  const tabs = open.tabs.flatMap((id) => byId.get(id) ?? []);
  if (tabs.length === 0) {
    const runefile = findRunefile(files);
    const first =
      files.find((file) => file.path === runefile) ?? files.find((file) => file.kind === "text") ?? files[0];
    return first === undefined ? { tabs: [], active: null } : { tabs: [first], active: first };
  }
  return { tabs, active: tabs.find((file) => file.id === open.active) ?? tabs[tabs.length - 1] ?? null };
}

// Dropped files as an archive: the one .zip that came, or the files without litter. Pure.
import { SKIPPED_FOLDERS, type NamedFile } from "./incoming-files";

const LITTER = new Set([".ds_store", "thumbs.db", "desktop.ini"]);

/** The files that are no litter of version control, caches and file managers. */
export function withoutLitter(incoming: readonly NamedFile[]): readonly NamedFile[] {
  return incoming.filter(({ name }) => !isLitter(name));
}

export function isLitter(name: string): boolean {
  const parts = name.toLowerCase().split("/");
  return LITTER.has(parts.at(-1) ?? "") || parts.slice(0, -1).some((part) => SKIPPED_FOLDERS.has(part));
}

/** The one .zip among what came, when it came alone. */
export function loneArchive(incoming: readonly NamedFile[]): File | null {
  const [first] = incoming;
  return first !== undefined && incoming.length === 1 && /\.zip$/iu.test(first.name) ? first.file : null;
}

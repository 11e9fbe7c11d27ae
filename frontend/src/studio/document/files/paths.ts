// The names of a project's files: which are allowed, and the tree that they make. Pure; the server checks again.
import { recordingOfFile } from "../../../runtime";
import { isRunefileName } from "./runefile";

const FORBIDDEN = /[\\:*?"<>|]/;
/** Line breaks, joiners, changes of direction: a name with one looks like something that it is not. */
const UNSEEN = /(?! )[\p{C}\p{Z}]/u;

/** The one spelling of a path: an accented letter and the same with a combining accent are one name (rune/project/files.py). */
export function normalPath(path: string): string {
  return path.normalize("NFC");
}

/** Why a path cannot be a file's name, as a sentence, or null when it can. */
export function pathProblem(typedPath: string, existing: ReadonlySet<string>): string | null {
  const path = normalPath(typedPath);
  if (path === "") return "Enter a name for the file.";
  if (path.length > 200) return "The name is too long: 200 characters at most.";
  if (path.startsWith("/")) return "Remove the slash at the beginning: names start at the project's folder.";
  const forbidden = FORBIDDEN.exec(path);
  if (forbidden !== null) return `The name cannot contain ${JSON.stringify(forbidden[0])}.`;
  if (UNSEEN.test(path)) return "The name contains an invisible character. Type it instead of pasting it.";
  for (const part of path.split("/")) {
    if (part === "") return "A name cannot have two slashes in a row or a slash at the end.";
    if (part === "." || part === "..") return "A name cannot lead out of the project's folder.";
    if (part !== part.trim()) return "A name cannot begin or end with a space.";
  }
  if (existing.has(path)) return `A file called ${path} already exists.`;
  const lowerPath = path.toLowerCase();
  for (const other of existing) {
    if (other.toLowerCase() === lowerPath)
      return `A file called ${other} already exists. On many computers, names that differ only in upper and lower case are the same file.`;
    if (other.startsWith(`${path}/`)) return `${path} is a folder already.`;
    if (path.startsWith(`${other}/`)) return `${other} is a file, so it cannot hold another.`;
  }
  return null;
}

/** The end of a name, lower-case, without its dot; "" when there is none. */
export function extension(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Pictures that a browser shows beside those that a rune reads. */
const OTHER_PICTURES = new Set(["webp", "gif"]);

/** Where a file that is dropped on the page goes: models and samples into their folders, the rest to the top. */
export function placeFor(fileName: string): string {
  const name = normalPath(fileName);
  const end = extension(name);
  if (end === "tflite") return `models/${name}`;
  return recordingOfFile(name) !== null || OTHER_PICTURES.has(end) ? `samples/${name}` : name;
}

/** The order of names as a person counts: note-2 before note-10. */
export const byName: (one: string, other: string) => number = new Intl.Collator(undefined, { numeric: true }).compare;

export interface TreeRow<File> {
  readonly depth: number;
  /** The last part of the path. */
  readonly label: string;
  /** The whole path; a folder's without a slash at its end. */
  readonly path: string;
  /** null for a folder. */
  readonly file: File | null;
  /** Files in a folder, at any depth; 0 for a file. */
  readonly inside: number;
}

interface Folder<File> {
  readonly files: File[];
  readonly folders: Map<string, Folder<File>>;
  inside: number;
}

/** The rows of the tree, in reading order: the Runefile first, then files, then folders, each by name. */
export function treeRows<File extends { readonly path: string }>(files: readonly File[]): readonly TreeRow<File>[] {
  const top: Folder<File> = { files: [], folders: new Map(), inside: 0 };
  for (const file of files) {
    let folder = top;
    for (const part of file.path.split("/").slice(0, -1)) {
      const next: Folder<File> = folder.folders.get(part) ?? { files: [], folders: new Map(), inside: 0 };
      folder.folders.set(part, next);
      next.inside += 1;
      folder = next;
    }
    folder.files.push(file);
  }
  const rows: TreeRow<File>[] = [];
  const add = ({ files: direct, folders }: Folder<File>, prefix: string, depth: number): void => {
    direct.sort((one, other) => rank(one.path) - rank(other.path) || byName(one.path, other.path));
    for (const file of direct) rows.push({ depth, label: baseName(file.path), path: file.path, file, inside: 0 });
    for (const [name, folder] of [...folders].sort(([one], [other]) => byName(one, other))) {
      rows.push({ depth, label: name, path: prefix + name, file: null, inside: folder.inside });
      add(folder, `${prefix}${name}/`, depth + 1);
    }
  };
  add(top, "", 0);
  return rows;
}

function rank(path: string): number {
  return isRunefileName(path) ? 0 : 1;
}

// Operations on a tree of files, by paths alone: which rows show, where things go when they move. Pure.
import { baseName, pathProblem, treeRows, type TreeRow } from "./paths";

/** The row that a person points at in the tree: a file, or a folder with all that is in it. */
export type TreeTarget<File> =
  | { readonly kind: "file"; readonly path: string; readonly file: File }
  | { readonly kind: "folder"; readonly path: string };

export interface ShownRow<File> extends TreeRow<File> {
  /** Place among its siblings, from 1, and how many they are: what a screen reader says. */
  readonly place: number;
  readonly siblings: number;
  /** Whether a folder shows what is in it; null for a file. */
  readonly open: boolean | null;
}

export function parentOf(path: string): string {
  const cut = path.lastIndexOf("/");
  return cut < 0 ? "" : path.slice(0, cut);
}

export function isInside(path: string, folder: string): boolean {
  return folder === "" || path.startsWith(`${folder}/`);
}

/** Files of a project, or of a folder, above which folders are closed until someone opens them. */
export const MANY = 40;

/** Says which folders are open: as someone chose, else those that are not large in a project that is not large. */
export interface OpenFolders {
  readonly choices: Readonly<Record<string, boolean>>;
  /** Whether the project has many files. */
  readonly areMany: boolean;
}

function isOpen(row: TreeRow<unknown>, { choices, areMany }: OpenFolders): boolean {
  return choices[row.path] ?? (!areMany && row.inside <= MANY);
}

/** The rows that show. */
export function shownRows<File extends { readonly path: string }>(
  files: readonly File[],
  folders: OpenFolders,
): readonly ShownRow<File>[] {
  const rows = treeRows(files);
  const siblings = new Map<string, number>();
  for (const row of rows) siblings.set(parentOf(row.path), (siblings.get(parentOf(row.path)) ?? 0) + 1);
  const places = new Map<string, number>();
  const visibleRows: ShownRow<File>[] = [];
  let closedFolder: string | null = null;
  for (const row of rows) {
    const parent = parentOf(row.path);
    const place = (places.get(parent) ?? 0) + 1;
    places.set(parent, place);
    if (closedFolder !== null && isInside(row.path, closedFolder)) continue;
    closedFolder = row.file === null && !isOpen(row, folders) ? row.path : null;
    visibleRows.push({
      ...row,
      place,
      siblings: siblings.get(parent) ?? 1,
      open: row.file === null ? closedFolder === null : null,
    });
  }
  return visibleRows;
}

/** The files that a target stands for. */
export function filesOf<File extends { readonly path: string }>(
  target: TreeTarget<File>,
  files: readonly File[],
): readonly File[] {
  return target.kind === "file" ? [target.file] : files.filter((file) => isInside(file.path, target.path));
}

/** The new path of each file when a target gets the path `to`. */
export function movedTo<File extends { readonly id: string; readonly path: string }>(
  target: TreeTarget<File>,
  to: string,
  files: readonly File[],
): ReadonlyMap<string, string> {
  if (target.kind === "file") return new Map([[target.file.id, to]]);
  return new Map(filesOf(target, files).map((file) => [file.id, to + file.path.slice(target.path.length)]));
}

/** Why a target cannot get the path `to`, as a sentence, or null when it can. */
export function moveProblem<File extends { readonly id: string; readonly path: string }>(
  target: TreeTarget<File>,
  to: string,
  files: readonly File[],
): string | null {
  if (to === target.path) return null;
  if (target.kind === "folder" && isInside(to, target.path)) return "A folder cannot go into itself.";
  const moves = movedTo(target, to, files);
  const others = new Set(files.filter((file) => !moves.has(file.id)).map((file) => file.path));
  for (const path of moves.values()) {
    const problem = pathProblem(path, others);
    if (problem !== null) return problem;
  }
  return null;
}

/** A name near to the one asked for that no file has: `a copy.txt`, `a copy 2.txt`. */
export function copyName(path: string, existing: ReadonlySet<string>): string {
  const folder = path.slice(0, path.length - baseName(path).length);
  const name = baseName(path);
  const dot = name.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  const base = stem.replace(/ copy( \d+)?$/, "");
  for (let number = 1; ; number++) {
    const candidate = `${folder}${base} copy${number === 1 ? "" : ` ${number}`}${end}`;
    if (!existing.has(candidate)) return candidate;
  }
}

/** The same path, or one with a number when a file has it by now: for what is brought back. */
export function freePath(path: string, existing: ReadonlySet<string>): string {
  if (pathProblem(path, existing) === null) return path;
  const folder = path.slice(0, path.length - baseName(path).length);
  const name = baseName(path);
  const dot = name.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let number = 2; ; number++) {
    const candidate = `${folder}${stem} ${number}${end}`;
    if (pathProblem(candidate, existing) === null || number > 999) return candidate;
  }
}

/** The row that a key leads to from `here`, by its index; -1 when it leads nowhere. As a tree's keys are used everywhere. */
export function rowAfter<File>(rows: readonly ShownRow<File>[], here: number, key: string): number {
  const row = rows[here];
  switch (key) {
    case "ArrowDown":
      return here + 1 < rows.length ? here + 1 : -1;
    case "ArrowUp":
      return here - 1;
    case "Home":
      return 0;
    case "End":
      return rows.length - 1;
    case "ArrowRight":
      return row?.open === true && here + 1 < rows.length ? here + 1 : -1;
    case "ArrowLeft":
      return row === undefined
        ? -1
        : rows.findIndex((other) => other.path === parentOf(row.path) && other.file === null);
    default:
      return -1;
  }
}

/** The next row whose name begins with what was typed, looking on from `here` and round. */
export function rowNamed<File>(rows: readonly ShownRow<File>[], here: number, typedText: string): number {
  const prefix = typedText.toLowerCase();
  // The same letter again goes on to the next; a longer word may stay where it is.
  const first = typedText.length === 1 ? here + 1 : here;
  for (let step = 0; step < rows.length; step++) {
    const index = (first + step + rows.length) % rows.length;
    if (rows[index]?.label.toLowerCase().startsWith(prefix) === true) return index;
  }
  return -1;
}

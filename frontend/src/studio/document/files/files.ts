// A project's files as they stand in its live document: a map by id, where a path is a value.
// Creating and uploading are the server's (it alone seeds a text); renaming and deleting are edits like any other.
import * as Y from "yjs";
import { byName, normalPath } from "./paths";
import { ProjectUndo } from "./project-undo";

export interface FileEntry {
  readonly id: string;
  readonly path: string;
  readonly kind: "text" | "binary";
  /** Bytes of a binary file; null for a text, whose size changes with every key. */
  readonly size: number | null;
  /** The digest of a binary file's bytes, "" for a text. */
  readonly digest: string;
  /** Whether another file has the same path: both are kept and shown. */
  readonly doubled: boolean;
}

/** A file that was deleted: its contents are still there. */
export interface DeletedFile {
  readonly id: string;
  readonly path: string;
  readonly kind: "text" | "binary";
  /** The Yjs client that deleted it: the server knows its person. */
  readonly client: number | null;
  /** Why it cannot be brought back: a recording that was taken back or whose time is over. Null for any other file. */
  readonly reason: string | null;
}

/** The origin of the edits that this page makes to names, so that its undo takes them back and no one else's. */
const NAME_EDIT = "studio: a file's name";
/** The origin of a fix that is applied outside the open editor. */
export const OUTSIDE_EDIT = "studio: outside the editor";

function asMap(value: unknown): Y.Map<unknown> | null {
  return value instanceof Y.Map ? (value as Y.Map<unknown>) : null;
}

/** The path of a file, or null where a foreign client wrote none. */
function pathOf(file: Y.Map<unknown> | null): string | null {
  const path = file?.get("path");
  return typeof path === "string" ? normalPath(path) : null;
}

/** Also one whose bytes are gone while an undo took its deletion back. */
function isDeleted(file: Y.Map<unknown>): boolean {
  return file.get("deleted") === true || typeof file.get("gone") === "string";
}

export class ProjectFiles {
  private readonly map: Y.Map<unknown>;
  /** The undo of texts, files and whatever else this page edits. */
  readonly undo: ProjectUndo;

  constructor(readonly doc: Y.Doc) {
    this.map = doc.getMap("files");
    this.undo = new ProjectUndo(this.map, [NAME_EDIT, OUTSIDE_EDIT]);
  }

  /** The files that are not deleted. Anything malformed that a foreign client wrote is passed over. */
  list(): readonly FileEntry[] {
    const entries: Omit<FileEntry, "doubled">[] = [];
    for (const [id, value] of this.map.entries()) {
      const file = asMap(value);
      const path = pathOf(file);
      if (file === null || path === null || isDeleted(file)) continue;
      const size = file.get("size");
      const digest = file.get("digest");
      if (file.get("text") instanceof Y.Text && file.get("kind") !== "binary") {
        entries.push({ id, path, kind: "text", size: null, digest: "" });
      } else {
        entries.push({
          id,
          path,
          kind: "binary",
          size: typeof size === "number" ? size : null,
          digest: typeof digest === "string" ? digest : "",
        });
      }
    }
    const uses = new Map<string, number>();
    for (const { path } of entries) uses.set(path, (uses.get(path) ?? 0) + 1);
    return entries
      .map((file) => ({ ...file, doubled: (uses.get(file.path) ?? 0) > 1 }))
      .sort((one, other) => byName(one.path, other.path) || byName(one.id, other.id));
  }

  text(id: string): Y.Text | null {
    const text = asMap(this.map.get(id))?.get("text");
    return text instanceof Y.Text ? text : null;
  }

  rename(id: string, path: string): void {
    this.set(id, "path", normalPath(path));
  }

  /** Deleting is a value, never a removal: a person who types in it at that moment loses nothing. */
  remove(id: string): void {
    this.set(id, "deleted", true);
  }

  /** Give files other paths, all as one step: a file that is renamed, or a folder that moves. */
  move(paths: ReadonlyMap<string, string>): void {
    this.step(() => {
      for (const [id, path] of paths) asMap(this.map.get(id))?.set("path", normalPath(path));
    });
  }

  removeAll(ids: Iterable<string>): void {
    this.step(() => {
      for (const id of ids) asMap(this.map.get(id))?.set("deleted", true);
    });
  }

  /** Bring a deleted file back, under another path when one is given. */
  restore(id: string, path?: string): void {
    this.step(() => {
      const file = asMap(this.map.get(id));
      file?.delete("deleted");
      if (path !== undefined && file?.get("path") !== path) file?.set("path", normalPath(path));
    });
  }

  /** Restore file what was deleted together. */
  restoreAll(ids: Iterable<string>): void {
    this.step(() => {
      for (const id of ids) asMap(this.map.get(id))?.delete("deleted");
    });
  }

  /** The files that were deleted, by path. */
  deletedFiles(): readonly DeletedFile[] {
    const files: DeletedFile[] = [];
    for (const [id, value] of this.map.entries()) {
      const file = asMap(value);
      const path = pathOf(file);
      if (file === null || path === null || !isDeleted(file)) continue;
      const reason = file.get("gone");
      // Yjs tells who set a value only by the item that holds it.
      const client = file._map.get("deleted")?.id.client ?? null;
      files.push({
        id,
        path,
        kind: file.get("text") instanceof Y.Text && file.get("kind") !== "binary" ? "text" : "binary",
        client,
        reason: typeof reason === "string" ? reason : null,
      });
    }
    return files.sort((one, other) => byName(one.path, other.path) || byName(one.id, other.id));
  }

  /** Apply an update that the server made for this page, as one step of its undo. */
  apply(update: Uint8Array): void {
    this.undo.stopCapturing();
    Y.applyUpdate(this.doc, update, NAME_EDIT);
    this.undo.stopCapturing();
  }

  /** Call back when a file comes, goes, or is renamed or replaced, but not for every key typed. Answers how to stop. */
  onNames(callback: () => void): () => void {
    const observer = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): void => {
      if (events.some((event) => !(event.target instanceof Y.Text))) callback();
    };
    this.map.observeDeep(observer);
    return () => this.map.unobserveDeep(observer);
  }

  /** Returns which file a text belongs to, or null. */
  fileOf(text: unknown): string | null {
    for (const [id, value] of this.map.entries()) if (asMap(value)?.get("text") === text) return id;
    return null;
  }

  private set(id: string, key: string, value: unknown): void {
    this.step(() => asMap(this.map.get(id))?.set(key, value));
  }

  /** An edit that is a step of the undo for itself. */
  private step(edit: () => void): void {
    this.undo.stopCapturing();
    this.doc.transact(edit, NAME_EDIT);
    this.undo.stopCapturing();
  }
}

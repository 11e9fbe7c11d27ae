// A project's files as they stand in its live document: a map by id, where a path is a value.
// Creating and uploading are the server's (it alone seeds a text); renaming and deleting are edits like any other.
import * as Y from "yjs";

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

/** The origin of the edits that this page makes to names, so that its undo takes them back and no one else's. */
const NAME_EDIT = "studio: a file's name";
/** The origin of a mend that is applied outside the open editor. */
export const MEND = "studio: a mend";

function asMap(value: unknown): Y.Map<unknown> | null {
  return value instanceof Y.Map ? (value as Y.Map<unknown>) : null;
}

export class ProjectFiles {
  private readonly map: Y.Map<unknown>;
  /** One undo for texts, files and whatever else this page edits. */
  readonly undo: Y.UndoManager;

  constructor(readonly doc: Y.Doc) {
    this.map = doc.getMap("files");
    this.undo = new Y.UndoManager([this.map], { trackedOrigins: new Set([NAME_EDIT, MEND]) });
  }

  /** The files that are not deleted. Anything malformed that a foreign client wrote is passed over. */
  list(): readonly FileEntry[] {
    const found: Omit<FileEntry, "doubled">[] = [];
    for (const [id, value] of this.map.entries()) {
      const file = asMap(value);
      const path = file?.get("path");
      if (file === null || typeof path !== "string" || file.get("deleted") === true) continue;
      const size = file.get("size");
      const digest = file.get("digest");
      if (file.get("text") instanceof Y.Text && file.get("kind") !== "binary") {
        found.push({ id, path, kind: "text", size: null, digest: "" });
      } else {
        found.push({ id, path, kind: "binary", size: typeof size === "number" ? size : null, digest: typeof digest === "string" ? digest : "" });
      }
    }
    const uses = new Map<string, number>();
    for (const { path } of found) uses.set(path, (uses.get(path) ?? 0) + 1);
    return found
      .map((file) => ({ ...file, doubled: (uses.get(file.path) ?? 0) > 1 }))
      .sort((one, other) => one.path.localeCompare(other.path) || one.id.localeCompare(other.id));
  }

  text(id: string): Y.Text | null {
    const text = asMap(this.map.get(id))?.get("text");
    return text instanceof Y.Text ? text : null;
  }

  rename(id: string, path: string): void {
    this.set(id, "path", path);
  }

  /** Deleting is a value, never a removal: whoever types in it at that moment loses nothing. */
  remove(id: string): void {
    this.set(id, "deleted", true);
  }

  restore(id: string): void {
    this.doc.transact(() => asMap(this.map.get(id))?.delete("deleted"), NAME_EDIT);
  }

  /** Call back when a file comes, goes, or is renamed or replaced, but not for every key typed. Answers how to stop. */
  onNames(callback: () => void): () => void {
    const observer = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): void => {
      if (events.some((event) => !(event.target instanceof Y.Text))) callback();
    };
    this.map.observeDeep(observer);
    return () => this.map.unobserveDeep(observer);
  }

  /** Which file a text belongs to, or null. */
  fileOf(text: unknown): string | null {
    for (const [id, value] of this.map.entries()) if (asMap(value)?.get("text") === text) return id;
    return null;
  }

  private set(id: string, key: string, value: unknown): void {
    this.undo.stopCapturing();
    this.doc.transact(() => asMap(this.map.get(id))?.set(key, value), NAME_EDIT);
    this.undo.stopCapturing();
  }
}

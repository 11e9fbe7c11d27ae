// Which files are a SavedModel: a folder with saved_model.pb, or a ZIP file of one. It is converted as other formats are.
import type { NamedFile } from "./incoming-files";
import { packed } from "./packed";

const GRAPH = "saved_model.pb";
/** Bytes of the record that ends a ZIP file, without its comment, and with the longest one. */
const END = 22;
const LONGEST_END = END + 0xffff;
const END_MARK = 0x06054b50;
/** Bytes of an entry in the list of files, without its name. */
const ENTRY = 46;
const ENTRY_MARK = 0x02014b50;
/** Bytes of a list of files that is read; a SavedModel has a few entries. */
const LONGEST_LIST = 1024 * 1024;

/** Whether names are those of a SavedModel: its graph is at the top or in the one folder that holds all. */
export function isSavedModel(names: readonly string[]): boolean {
  const graphs = names.filter((name) => name === GRAPH || name.endsWith(`/${GRAPH}`));
  const [graph] = graphs;
  if (graph === undefined || graphs.length > 1) return false;
  const folder = graph.slice(0, -GRAPH.length);
  return (
    folder.split("/").length <= 2 && names.every((name) => name.startsWith(folder) || name.startsWith("__MACOSX/"))
  );
}

/** Whether a file is a ZIP file of a SavedModel; only its list of files is read. */
export async function isSavedModelArchive(file: File): Promise<boolean> {
  return isSavedModel(await namesIn(file));
}

/** The paths in a ZIP file; none in what is not one, or where the list is longer than a model's. */
async function namesIn(file: File): Promise<readonly string[]> {
  const start = Math.max(0, file.size - LONGEST_END);
  const tail = new DataView(await file.slice(start).arrayBuffer());
  let at = tail.byteLength - END;
  while (at >= 0 && tail.getUint32(at, true) !== END_MARK) at -= 1;
  if (at < 0) return [];
  const [size, offset] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
  return size > LONGEST_LIST ? [] : listed(new DataView(await file.slice(offset, offset + size).arrayBuffer()));
}

function listed(list: DataView): readonly string[] {
  const names: string[] = [];
  const text = new TextDecoder();
  let at = 0;
  while (at + ENTRY <= list.byteLength && list.getUint32(at, true) === ENTRY_MARK) {
    const length = list.getUint16(at + 28, true);
    if (at + ENTRY + length > list.byteLength) return [];
    names.push(text.decode(new Uint8Array(list.buffer, list.byteOffset + at + ENTRY, length)));
    at += ENTRY + length + list.getUint16(at + 30, true) + list.getUint16(at + 32, true);
  }
  return names;
}

/** The SavedModel that came, as one ZIP file that can be converted; null when what came is no SavedModel. */
export async function savedModelOf(incoming: readonly NamedFile[]): Promise<File | null> {
  const [first] = incoming;
  if (first === undefined) return null;
  if (incoming.length === 1)
    return first.name.toLowerCase().endsWith(".zip") && (await isSavedModelArchive(first.file)) ? first.file : null;
  if (!isSavedModel(incoming.map(({ name }) => name))) return null;
  return packed(incoming, first.name.includes("/") ? (first.name.split("/")[0] ?? "model") : "model");
}

// Says which files are a SavedModel: a folder with saved_model.pb, or a ZIP file of one. It is converted as other formats are.
import { listedFiles, listPlace, LONGEST_END } from "../../../runtime/interpreters/zip-list";
import type { NamedFile } from "./incoming-files";
import { zipFiles } from "./zip-files";

const GRAPH = "saved_model.pb";
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

/** The paths in a ZIP file; none in what is not one, or where the list is damaged or longer than a model's. */
async function namesIn(file: File): Promise<readonly string[]> {
  const place = listPlace(new DataView(await file.slice(Math.max(0, file.size - LONGEST_END)).arrayBuffer()));
  if (place === null || place.size > LONGEST_LIST) return [];
  const list = new DataView(await file.slice(place.offset, place.offset + place.size).arrayBuffer());
  try {
    return [...listedFiles(list, place.count)].map(({ path }) => path);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** The SavedModel that came, as one ZIP file that can be converted; null when what came is no SavedModel. */
export async function savedModelOf(incoming: readonly NamedFile[]): Promise<File | null> {
  const [first] = incoming;
  if (first === undefined) return null;
  if (incoming.length === 1)
    return first.name.toLowerCase().endsWith(".zip") && (await isSavedModelArchive(first.file)) ? first.file : null;
  if (!isSavedModel(incoming.map(({ name }) => name))) return null;
  return zipFiles(incoming, first.name.includes("/") ? (first.name.split("/")[0] ?? "model") : "model");
}

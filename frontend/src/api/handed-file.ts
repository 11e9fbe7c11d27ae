// A file that one page of this server hands to the next in the same browser: it is stored here, taken once, and sent nowhere.
import { createStore, del, get, set, type UseStore } from "idb-keyval";

const KEY = "file";
/** The store is opened when it is first used. */
let opened: UseStore | null = null;
const store = (): UseStore => (opened ??= createStore("forge-handed-file", "files"));

export function handFile(file: File): Promise<void> {
  return set(KEY, file, store());
}

/** Returns the file that was handed over, which is forgotten; null where there is none, or where nothing can be stored. */
export async function takeHandedFile(): Promise<File | null> {
  try {
    const file: unknown = await get(KEY, store());
    await del(KEY, store());
    return file instanceof File ? file : null;
  } catch {
    return null;
  }
}

// Where what was loaded before is stored: the browser's database, or a folder in Node and Deno.
import type { Bytes } from "../../runtime/types";

/** Files by name, of one deployment and of what is trusted. Writing one is whole or not at all. */
export interface Store {
  read(name: string): Promise<Bytes | null>;
  write(name: string, bytes: Bytes): Promise<void>;
  remove(name: string): Promise<void>;
}

/** In Node and Deno. */
declare const process: { getBuiltinModule(name: "node:fs/promises"): FileSystem };

const DATABASE = "hammer-forge-rune";
const FILES = "files";

/** The store in the browser's database. `id` names the deployment and what is trusted. */
export function browserStore(id: string): Store {
  const run = async <Value>(
    mode: IDBTransactionMode,
    act: (files: IDBObjectStore) => IDBRequest<Value>,
  ): Promise<Value> => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(FILES);
    const database = await resultOf(opening);
    try {
      const transaction = database.transaction(FILES, mode);
      const value = await resultOf(act(transaction.objectStore(FILES)));
      // A full disk is an error of the transaction, after the request succeeded.
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error ?? new Error("The browser stored nothing."));
      });
      return value;
    } finally {
      database.close();
    }
  };
  return {
    read: async (name) => ((await run("readonly", (files) => files.get(`${id}/${name}`))) as Bytes | undefined) ?? null,
    write: async (name, bytes) => void (await run("readwrite", (files) => files.put(bytes, `${id}/${name}`))),
    remove: (name) => run("readwrite", (files) => files.delete(`${id}/${name}`)),
  };
}

/** The text of a file, in Node and Deno. */
export async function fileText(path: string): Promise<string> {
  return new TextDecoder().decode(await process.getBuiltinModule("node:fs/promises").readFile(path));
}

/** The store in a folder. */
export function folderStore(folder: string, id: string): Store {
  // A function gives the module, because bundlers of pages refuse to import it.
  const { mkdir, open, readFile, rename, rm } = process.getBuiltinModule("node:fs/promises");
  const path = (name: string): string => `${folder}/${id}/${name}`;
  return {
    read: async (name) => {
      try {
        return new Uint8Array(await readFile(path(name)));
      } catch (error) {
        if ((error as { code?: unknown }).code === "ENOENT") return null;
        throw error;
      }
    },
    write: async (name, bytes) => {
      await mkdir(`${folder}/${id}`, { recursive: true, mode: 0o700 });
      const temporary = path(`${name}.${crypto.randomUUID()}`);
      try {
        const file = await open(temporary, "wx", 0o600);
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, path(name));
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    remove: (name) => rm(path(name), { force: true }),
  };
}

/** The part of `node:fs/promises` that is used. Its types are not those of a page. */
interface FileSystem {
  readonly mkdir: (path: string, options: { recursive: boolean; mode: number }) => Promise<unknown>;
  readonly open: (path: string, flags: string, mode: number) => Promise<File>;
  readonly readFile: (path: string) => Promise<Bytes>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly rm: (path: string, options: { force: boolean }) => Promise<void>;
}

interface File {
  writeFile(bytes: Bytes): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

function resultOf<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's database cannot be used."));
  });
}

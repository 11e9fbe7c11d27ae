// Reading a zip, as a model of several files comes in one. The plain kind: no encryption, no parts, no 64 bit sizes.
import { modelError } from "./interpreter";
import { listedFiles, listPlace } from "./zip-list";

const STORED = 0;
const DEFLATED = 8;
const ENTRY_LIMIT = 10_000;
/** The most bytes of all files together. */
const SIZE_LIMIT = 512 << 20;

/** The files by their paths; folders are left out. Throws a `host-model` error. */
export async function unzip(data: Uint8Array<ArrayBuffer>): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  try {
    return await readEntries(data);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw modelError("its zip is cut short or damaged");
    throw error;
  }
}

async function readEntries(data: Uint8Array<ArrayBuffer>): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const list = listPlace(view);
  if (list === null) throw modelError("its files are not in a zip");
  if (list.count > ENTRY_LIMIT) throw modelError(`its zip has more than ${ENTRY_LIMIT} files`);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let total = 0;
  for (const each of listedFiles(
    new DataView(data.buffer, data.byteOffset + list.offset, data.byteLength - list.offset),
    list.count,
  )) {
    if (each.path.endsWith("/")) continue;
    total += each.size;
    if (total > SIZE_LIMIT) throw modelError(`its files have more than ${SIZE_LIMIT} bytes together`);
    const start = each.header + 30 + view.getUint16(each.header + 26, true) + view.getUint16(each.header + 28, true);
    files.set(each.path, await unpack(each.path, each.method, part(data, start, each.packedSize), each.size));
  }
  return files;
}

async function unpack(
  path: string,
  method: number,
  packedData: Uint8Array<ArrayBuffer>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (method === STORED) return packedData;
  if (method !== DEFLATED) throw modelError(`${path} in its zip uses the unknown compression method ${method}`);
  const result = new Uint8Array(size);
  let at = 0;
  const reader = new Blob([packedData]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    // Never more than was said: a small zip may hold any number of bytes.
    result.set(value, at);
    at += value.length;
  }
  if (at !== size) throw modelError(`${path} in its zip is cut short`);
  return result;
}

function part(data: Uint8Array<ArrayBuffer>, start: number, size: number): Uint8Array<ArrayBuffer> {
  if (start + size > data.length) throw new RangeError("outside of the zip");
  return data.subarray(start, start + size);
}

// Reading a zip, as a model of several files comes in one. The plain kind: no encryption, no parts, no 64 bit sizes.
import { modelError } from "./interpreter";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;
const COMMENT_BYTES = 65535;
const STORED = 0;
const DEFLATED = 8;
const ENTRY_LIMIT = 10_000;
/** Of all files together. */
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
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > ENTRY_LIMIT) throw modelError(`its zip has more than ${ENTRY_LIMIT} files`);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let index = 0; index < count; index += 1) {
    if (view.getUint32(at, true) !== ENTRY) throw modelError("its zip is damaged");
    const method = view.getUint16(at + 10, true);
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const nameSize = view.getUint16(at + 28, true);
    const extra = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const header = view.getUint32(at + 42, true);
    const path = new TextDecoder().decode(part(data, at + 46, nameSize));
    at += 46 + nameSize + extra;
    if (path.endsWith("/")) continue;
    total += size;
    if (total > SIZE_LIMIT) throw modelError(`its files have more than ${SIZE_LIMIT} bytes together`);
    const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    files.set(path, await unpacked(path, method, part(data, start, packed), size));
  }
  return files;
}

function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_BYTES - COMMENT_BYTES);
  for (let at = view.byteLength - END_BYTES; at >= first; at -= 1) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw modelError("its files are not in a zip");
}

async function unpacked(
  path: string,
  method: number,
  packed: Uint8Array<ArrayBuffer>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (method === STORED) return packed;
  if (method !== DEFLATED) throw modelError(`${path} in its zip uses the unknown compression method ${method}`);
  const result = new Uint8Array(size);
  let at = 0;
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
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

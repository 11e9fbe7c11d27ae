// The list of files that ends a ZIP file. The plain kind: no parts, no 64 bit sizes.
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
/** Bytes of the record that ends a ZIP file, with the longest comment. */
export const LONGEST_END = END_BYTES + 65535;

/** Where the list is: its bytes from `offset` of the file, and how many files it has. */
export interface ListPlace {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

export interface ListedFile {
  readonly path: string;
  readonly method: number;
  /** Bytes in the ZIP file, and unpacked. */
  readonly packedSize: number;
  readonly size: number;
  /** Where the file's own header is. */
  readonly header: number;
}

/** The place of the list, by the last `LONGEST_END` bytes of a file or more of them; null in what is no ZIP file. */
export function listPlace(tail: DataView): ListPlace | null {
  const first = Math.max(0, tail.byteLength - LONGEST_END);
  for (let at = tail.byteLength - END_BYTES; at >= first; at -= 1) {
    if (tail.getUint32(at, true) === END)
      return {
        count: tail.getUint16(at + 10, true),
        size: tail.getUint32(at + 12, true),
        offset: tail.getUint32(at + 16, true),
      };
  }
  return null;
}

/** The files and folders of a list. Throws a `RangeError` where it is damaged or cut short. */
export function* listedFiles(list: DataView, count: number): Generator<ListedFile> {
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (list.getUint32(at, true) !== ENTRY) throw new RangeError("no entry of a ZIP file");
    const length = list.getUint16(at + 28, true);
    const path = new Uint8Array(list.buffer, list.byteOffset + at + ENTRY_BYTES, length);
    yield {
      path: new TextDecoder().decode(path),
      method: list.getUint16(at + 10, true),
      packedSize: list.getUint32(at + 20, true),
      size: list.getUint32(at + 24, true),
      header: list.getUint32(at + 42, true),
    };
    at += ENTRY_BYTES + length + list.getUint16(at + 30, true) + list.getUint16(at + 32, true);
  }
}

// The rune of the newest text as the events' socket sends it ahead of its event: a line of JSON, then the bytes
// (forge/collab/pushed_runes.py).

export interface PushedRune {
  /** The number of the last update of the text that it is of. */
  readonly sequence: number;
  /** The digest of the text's files. */
  readonly version: string;
  readonly digest: string;
  readonly bytes: ArrayBuffer;
}

const LINE_END = 10;

/** Null for a message of another form. */
export function readPushedRune(frame: ArrayBuffer): PushedRune | null {
  const all = new Uint8Array(frame);
  const end = all.indexOf(LINE_END);
  if (end < 0) return null;
  try {
    const { sequence, version, digest } = JSON.parse(
      new TextDecoder().decode(all.subarray(0, end)),
    ) as Partial<PushedRune>;
    if (typeof sequence !== "number" || typeof version !== "string" || typeof digest !== "string") return null;
    return { sequence, version, digest, bytes: frame.slice(end + 1) };
  } catch {
    return null;
  }
}

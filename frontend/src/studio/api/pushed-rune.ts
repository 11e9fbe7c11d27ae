// The rune of the newest text as the events' socket sends it ahead of its event: a line of JSON, then the bytes
// (forge/collab/pushed_runes.py).

interface Header {
  /** The number of the last update of the text that it is of. */
  readonly sequence: number;
  /** The digest of the text's files. */
  readonly version: string;
  readonly digest: string;
}

export interface PushedRune extends Header {
  readonly bytes: ArrayBuffer;
}

const LINE_END = 10;

/** Throws for a message of another form, which our server does not send. */
export function readPushedRune(frame: ArrayBuffer): PushedRune {
  const end = new Uint8Array(frame).indexOf(LINE_END);
  const header = JSON.parse(new TextDecoder().decode(frame.slice(0, end))) as Header;
  return { ...header, bytes: frame.slice(end + 1) };
}

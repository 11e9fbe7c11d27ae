// Frames of the serial protocol (docs/reference/serial.md): two letters, version, kind, number, length, payload, CRC-32.

export const PROTOCOL = 1;
/** The longest answer that is taken; a length beyond it is noise. */
export const LONGEST = 16 << 20;

export const Kind = {
  hello: 1,
  run: 2,
  reset: 3,
  selftest: 4,
  sound: 0x40,
  motion: 0x41,
  answers: 0x80,
  error: 0xff,
} as const;

export interface SerialFrame {
  readonly version: number;
  readonly kind: number;
  readonly id: number;
  readonly payload: Uint8Array;
}

const [R, U] = [0x52, 0x55];
const HEADER = 10;
const SUM = 4;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 of IEEE 802.3. */
export function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (TABLE[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return ~sum >>> 0;
}

export function encodeFrame(kind: number, id: number, payload: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER + payload.length + SUM);
  const view = new DataView(frame.buffer);
  frame.set([R, U, PROTOCOL, kind]);
  view.setUint16(4, id, true);
  view.setUint32(6, payload.length, true);
  frame.set(payload, HEADER);
  view.setUint32(HEADER + payload.length, crc32(frame.subarray(2, HEADER + payload.length)), true);
  return frame;
}

/** Splits the bytes of a line into whole frames, and bytes that belong to none. */
export class FrameReader {
  #bytes = new Uint8Array(1 << 12);
  #start = 0;
  #end = 0;
  /** Bytes so far that were no part of a frame. */
  noise = 0;
  /** Frames so far whose sum was another. */
  damagedFrames = 0;

  /** The frames that are whole with these bytes. */
  push(bytes: Uint8Array): SerialFrame[] {
    this.#append(bytes);
    const frames: SerialFrame[] = [];
    for (let size = this.#frameSize(); size !== null && this.#end - this.#start >= size; size = this.#frameSize()) {
      const frame = this.#bytes.slice(this.#start, this.#start + size);
      const view = new DataView(frame.buffer);
      if (view.getUint32(size - SUM, true) !== crc32(frame.subarray(2, size - SUM))) {
        // The letters may have been noise: what follows them is looked through again.
        this.damagedFrames += 1;
        this.#skip(1);
        continue;
      }
      frames.push({
        version: frame[2] ?? 0,
        kind: frame[3] ?? 0,
        id: view.getUint16(4, true),
        payload: frame.subarray(HEADER, size - SUM),
      });
      this.#start += size;
    }
    return frames;
  }

  /** Gives up a frame that was begun and does not go on. */
  abandon(): void {
    this.noise += this.#end - this.#start;
    this.#start = this.#end = 0;
  }

  /** Bytes of the frame that the bytes begin with; null where that is not known yet. */
  #frameSize(): number | null {
    for (;;) {
      this.#findLetters();
      if (this.#end - this.#start < HEADER) return null;
      const length = new DataView(this.#bytes.buffer).getUint32(this.#start + 6, true);
      if (length <= LONGEST) return HEADER + length + SUM;
      this.#skip(1);
    }
  }

  #findLetters(): void {
    while (this.#start < this.#end) {
      const isAlone = this.#start + 1 === this.#end;
      if (this.#bytes[this.#start] === R && (isAlone || this.#bytes[this.#start + 1] === U)) return;
      this.#skip(1);
    }
  }

  #skip(count: number): void {
    this.#start += count;
    this.noise += count;
  }

  #append(bytes: Uint8Array): void {
    const length = this.#end - this.#start;
    const needed = length + bytes.length;
    const room = needed > this.#bytes.length ? new Uint8Array(2 * needed) : this.#bytes;
    room.set(this.#bytes.subarray(this.#start, this.#end).slice());
    room.set(bytes, length);
    this.#bytes = room;
    this.#start = 0;
    this.#end = needed;
  }
}

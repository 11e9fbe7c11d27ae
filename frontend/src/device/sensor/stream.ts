// A board's line as a sensor: frames with sound or motion (docs/reference/serial.md), or lines of text with three
// numbers, as the sketches of most motion sensors print them. Everything else is left out.
import { RATES, ROW_BYTES, type BoardMessage } from "../../preview";
import { FrameReader, Kind } from "../serial/frames";

/** Characters of a line of text; longer ones are no rows. */
const LONGEST_LINE = 200;
/** Frames that may be lost in a row; a board whose numbers jump further started again. */
const LONGEST_GAP = 1000;
const ROW = /^\s*([-+\d.eE]+)\s*[,;\t ]\s*([-+\d.eE]+)\s*[,;\t ]\s*([-+\d.eE]+)\s*$/;

export class SensorStream {
  readonly #frames = new FrameReader();
  readonly #decoder = new TextDecoder();
  #line = "";
  /** A line that sent a frame sends no text. */
  #isFramed = false;
  #last: number | null = null;
  /** Frames that were sent and did not arrive, by their numbers. */
  lost = 0;

  push(bytes: Uint8Array): readonly BoardMessage[] {
    const messages = this.#frames.push(bytes).flatMap(({ kind, id, payload }) => {
      const message = messageOf(kind, payload);
      if (message === null) return [];
      this.#isFramed = true;
      const gap = this.#last === null ? 0 : (id - this.#last - 1) & 0xffff;
      if (gap <= LONGEST_GAP) this.lost += gap;
      this.#last = id;
      return [message];
    });
    return this.#isFramed ? messages : this.#rows(bytes);
  }

  #rows(bytes: Uint8Array): readonly BoardMessage[] {
    const lines = (this.#line + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#line = (lines.pop() ?? "").slice(-LONGEST_LINE);
    const rows = lines.flatMap((line) => {
      const numbers = ROW.exec(line.slice(0, LONGEST_LINE))?.slice(1).map(Number) ?? [];
      const [x, y, z] = numbers;
      return x === undefined || y === undefined || z === undefined || !numbers.every(Number.isFinite)
        ? []
        : [[x, y, z] as const];
    });
    return rows.length === 0 ? [] : [{ what: "motion", rows }];
  }
}

/** Null for frames of other kinds, and for those that are too short or say a rate that no sensor has. */
function messageOf(kind: number, payload: Uint8Array): BoardMessage | null {
  const bytes = payload.slice();
  if (kind === Kind.sound && bytes.length > 4 && bytes.length % 2 === 0) {
    const rate = new DataView(bytes.buffer).getUint32(0, true);
    if (rate < RATES.least || rate > RATES.most) return null;
    const samples = Float32Array.from(new Int16Array(bytes.buffer, 4), (value) => value / 32768);
    return { what: "sound", rate, samples };
  }
  if (kind === Kind.motion && bytes.length > 0 && bytes.length % ROW_BYTES === 0) {
    const values = new Float32Array(bytes.buffer);
    if (!values.every(Number.isFinite)) return null;
    const rows = Array.from(
      { length: values.length / 3 },
      (_, row) => [values[row * 3] ?? 0, values[row * 3 + 1] ?? 0, values[row * 3 + 2] ?? 0] as const,
    );
    return { what: "motion", rows };
  }
  return null;
}

// The input that a rune was given last, as a recording: of a stream the newest chunks, as many as the model hears.
import { fileOf, recordingOfRun, type Recording } from "../../../preview";
import type { CapabilityRequest } from "../../../runtime";

export class LastWindow {
  #chunks: ArrayBuffer[] = [];
  #request: CapabilityRequest | null = null;

  /** `seconds` is how long the model listens; a stream gives less at a time. */
  constructor(readonly milliseconds: number) {}

  push(request: CapabilityRequest, bytes: ArrayBuffer, chunkMilliseconds: number): void {
    if (request !== this.#request) this.#chunks = [];
    this.#request = request;
    const most =
      request.isStream === true ? Math.max(1, Math.ceil(this.milliseconds / Math.max(1, chunkMilliseconds))) : 1;
    this.#chunks = [...this.#chunks, bytes].slice(-most);
  }

  /** Null while nothing was heard. */
  recording(label: string): Recording | null {
    if (this.#request === null || this.#chunks.length === 0) return null;
    const bytes = joined(this.#chunks);
    return recordingOfRun([this.#request], new Map([[0, bytes]]), label);
  }

  async file(label: string): Promise<Blob | null> {
    const recording = this.recording(label);
    return recording === null ? null : fileOf(recording);
  }
}

function joined(chunks: readonly ArrayBuffer[]): ArrayBuffer {
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let place = 0;
  for (const chunk of chunks) {
    bytes.set(new Uint8Array(chunk), place);
    place += chunk.byteLength;
  }
  return bytes.buffer;
}

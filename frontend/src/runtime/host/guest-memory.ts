// The rune's memory as its host may touch it: every range is checked before a byte is read or written.
import { RuneError } from "../errors";

export class GuestMemory {
  #memory: WebAssembly.Memory | null = null;

  /** The memory that the rune exports; it exists only once the module is instantiated. */
  use(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  /** A view; WebAssembly gives numbers with a sign, which addresses and sizes do not have. */
  bytes(name: string, address: number, size: number): Uint8Array {
    return this.range(name, address, size >>> 0);
  }

  /** A view of a range whose length the host knows; it may be any whole number. Throws a `pointer` error. */
  range(name: string, address: number, length: number): Uint8Array {
    if (this.#memory === null) throw new RuneError("request", `The rune called ${name} before it was loaded.`);
    const start = address >>> 0;
    const memory = this.#memory.buffer;
    if (start + length > memory.byteLength) {
      throw new RuneError(
        "pointer",
        `The rune called ${name} with ${length} bytes at address ${start}, outside its memory of ${memory.byteLength} bytes.`,
      );
    }
    return new Uint8Array(memory, start, length);
  }

  /** `count` u32, little-endian. */
  words(name: string, address: number, count: number): number[] {
    const { buffer, byteOffset, byteLength } = this.range(name, address, count * 4);
    const view = new DataView(buffer, byteOffset, byteLength);
    return Array.from({ length: count }, (_, index) => view.getUint32(index * 4, true));
  }
}

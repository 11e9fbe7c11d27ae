// UF2 files, read as the chip's ROM does: every block is checked before anything is loaded.

export interface MemoryPiece {
  readonly address: number;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
const PAYLOAD = 256;
const RP2040 = 0xe48bff56;

/** The pieces by address. Throws an Error that says what is wrong. */
export function readUf2(file: Uint8Array): MemoryPiece[] {
  if (file.length === 0 || file.length % BLOCK !== 0) throw new Error("The UF2 file is cut short.");
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const total = file.length / BLOCK;
  return Array.from({ length: total }, (_, number) => {
    const at = number * BLOCK;
    const word = (place: number) => view.getUint32(at + place, true);
    if (word(0) !== 0x0a324655 || word(4) !== 0x9e5d5157 || word(508) !== 0x0ab16f30)
      throw new Error(`Block ${number} is not a valid UF2 block.`);
    if ((word(8) & 0x2000) === 0 || word(28) !== RP2040) throw new Error("The UF2 file is for another chip.");
    if (word(16) !== PAYLOAD || word(20) !== number || word(24) !== total)
      throw new Error("The UF2 file is incomplete.");
    return { address: word(12), bytes: file.subarray(at + 32, at + 32 + PAYLOAD) };
  });
}

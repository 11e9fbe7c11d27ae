// A sound as a file that every tool reads.

const HEADER = 44;

/** A wav of one channel. `data` are samples of 16 bits, little-endian. */
export function wavOfIntegers(data: Uint8Array, rate: number): ArrayBuffer {
  const buffer = new ArrayBuffer(HEADER + data.length);
  const view = new DataView(buffer);
  const text = (at: number, characters: string): void =>
    [...characters].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, buffer.byteLength - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, data.length, true);
  new Uint8Array(buffer).set(data, HEADER);
  return buffer;
}

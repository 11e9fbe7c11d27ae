// Where things lie on the RP2040.
export const FLASH = 0x10000000;
export const RAM = 0x20000000;
export const RAM_SIZE = 264 << 10;

/** An address as people read it. */
export function addressText(address: number): string {
  return `0x${(address >>> 0).toString(16)}`;
}

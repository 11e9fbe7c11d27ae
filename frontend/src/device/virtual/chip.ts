// The emulated chip, stricter than the emulator: what a Cortex-M0+ refuses ends the firmware, and so does what no firmware of
// a rune ever means, although the chip would let it pass: the ROM's words behind a null pointer, a write to flash.
import { RP2040, type Logger } from "rp2040js";
import { FLASH, addressText, RAM, RAM_SIZE } from "./places";

/** An act of the firmware that ends it. */
export class Fault extends Error {}

/** The emulator reports an unknown instruction, and an address where nothing is, as a line of its log. */
class Refusing implements Logger {
  debug(): void {
    // Nothing that the firmware does wrong.
  }

  info(): void {
    // The same.
  }

  warn(_: string, message: string): void {
    throw new Fault(message);
  }

  error(_: string, message: string): void {
    throw new Fault(message);
  }
}

const RAM_END = RAM + RAM_SIZE;
const FLASH_END = FLASH + (16 << 20);
/** The ROM's 16 kB, and what is empty behind them. */
const NULLS_END = FLASH;
const REGISTERS = 0x40000000;
const REGISTERS_END = 0x60000000;
const FLASH_REGISTERS = 0x18000000;
const FLASH_REGISTERS_END = 0x18000100;
const CORE_REGISTERS = 0xe000e000;
const CORE_REGISTERS_END = 0xe000f000;

export class GuardedChip extends RP2040 {
  /** Not while the emulator makes itself: it reads what no firmware should. */
  private readonly isGuarded: boolean = false;

  constructor(clock: ConstructorParameters<typeof RP2040>[0]) {
    super(clock);
    this.logger = new Refusing();
    this.onBreak = () => {
      throw new Fault("it runs an unknown instruction");
    };
    this.isGuarded = true;
  }

  override readUint32(address: number): number {
    if (!isRam(address, 3) && this.isGuarded) checkAccess(address, 3, "reads");
    return super.readUint32(address);
  }

  override readUint16(address: number): number {
    if (!isRam(address, 1) && this.isGuarded) checkAccess(address, 1, "reads");
    return super.readUint16(address);
  }

  override readUint8(address: number): number {
    if (!isRam(address, 0) && this.isGuarded) checkAccess(address, 0, "reads");
    return super.readUint8(address);
  }

  override writeUint32(address: number, value: number): void {
    if (!isRam(address, 3) && this.isGuarded) checkAccess(address, 3, "writes");
    super.writeUint32(address, value);
  }

  override writeUint16(address: number, value: number): void {
    if (!isRam(address, 1) && this.isGuarded) checkAccess(address, 1, "writes");
    super.writeUint16(address, value);
  }

  override writeUint8(address: number, value: number): void {
    if (!isRam(address, 0) && this.isGuarded) checkAccess(address, 0, "writes");
    super.writeUint8(address, value);
  }
}

function isRam(address: number, low: number): boolean {
  return (address - RAM) >>> 0 < RAM_SIZE && (address & low) === 0;
}

/** Throws a `Fault` for an access that no firmware of a rune has a reason for. `low` are the bits that must be 0. */
function checkAccess(at: number, low: number, does: "reads" | "writes"): void {
  const address = at >>> 0;
  const preposition = does === "reads" ? "from" : "to";
  const access = `it ${does} ${preposition} ${addressText(address)}`;
  if (address < NULLS_END) throw new Fault(`${access}, a null pointer`);
  if ((address & low) !== 0) throw new Fault(`${access}, which is not a multiple of ${low + 1}`);
  if (address >= FLASH && address < FLASH_END) {
    if (does === "writes") throw new Fault(`${access}, which is flash and can only be read`);
    return;
  }
  const isKnown =
    isWithin(address, RAM, RAM_END) ||
    isWithin(address, REGISTERS, REGISTERS_END) ||
    isWithin(address, FLASH_REGISTERS, FLASH_REGISTERS_END) ||
    isWithin(address, CORE_REGISTERS, CORE_REGISTERS_END);
  if (!isKnown) throw new Fault(`${access}, where nothing is`);
}

function isWithin(address: number, start: number, end: number): boolean {
  return address >= start && address < end;
}

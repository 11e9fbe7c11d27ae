// A Raspberry Pi Pico in the page: rp2040js executes the firmware's instructions. What the chip's ROM does at a start is
// done here, in its place: it fills RAM or runs the second-stage loader. Nothing waits: the machine runs while it is asked.
import { Fault, GuardedChip } from "./chip";
import type { FirmwareManifest, Firmware } from "../firmware/file";
import { PENDING } from "../serial/messages";
import { FLASH, addressText, RAM } from "./places";
import { readUf2 } from "./uf2";

/** Why the machine stands still for good. */
export interface StopReport {
  readonly why: "fault" | "budget";
  readonly address: number;
  readonly step: number;
  /** The cause in words. */
  readonly text: string;
}

const LOADER = 0x20041f00;
const LOADER_SIZE = 256;
const NANOSECONDS_A_CYCLE = 8;
const START = 50_000_000;
const RECEIVER_IS_FULL = 1 << 6;
const RECEIVER_IS_EMPTY = 1 << 4;

/** Time by the cycles of the core. Nothing in the firmware waits for an alarm. */
class CycleClock {
  core: { readonly cycles: number } = { cycles: 0 };

  get nanos(): number {
    return this.core.cycles * NANOSECONDS_A_CYCLE;
  }

  createAlarm(): { schedule: () => void; cancel: () => void } {
    return { schedule: () => undefined, cancel: () => undefined };
  }
}

export class Pico {
  readonly #chip: GuardedChip;
  readonly #uart: GuardedChip["uart"][number];
  readonly #description: FirmwareManifest;
  #sentBytes: number[] = [];
  #waiting: number[] = [];
  stopReport: StopReport | null = null;

  /** Throws an Error for a file that the chip's ROM would not take. `start` is the budget of cycles until it is ready. */
  constructor({ uf2, description }: Firmware, start = START) {
    const clock = new CycleClock();
    this.#chip = new GuardedChip(clock);
    clock.core = this.#chip.core;
    this.#description = description;
    const [uart] = this.#chip.uart;
    if (uart === undefined) throw new Error("The emulator has no serial line.");
    this.#uart = uart;
    uart.onByte = (byte) => this.#sentBytes.push(byte);
    for (const { address, bytes } of readUf2(uf2)) {
      const memory = address >= RAM ? this.#chip.sram : this.#chip.flash;
      memory.set(bytes, address - (address >= RAM ? RAM : FLASH));
    }
    this.#begin(description.memory);
    this.#run(start);
  }

  get cycles(): number {
    return this.#chip.core.cycles;
  }

  /**
   * Gives bytes to the line, and runs until the firmware waits for more. Answers what it sent. After `budget` cycles it is
   * stopped, and so it is where it does what its core refuses.
   */
  exchange(bytes: Uint8Array, budget: number): Uint8Array<ArrayBuffer> {
    for (const byte of bytes) this.#waiting.push(byte);
    if (this.stopReport === null) this.#run(budget);
    const sentBytes = Uint8Array.from(this.#sentBytes);
    this.#sentBytes = [];
    return sentBytes;
  }

  #begin(memory: "ram" | "flash"): void {
    const { core } = this.#chip;
    core.SP = RAM + this.#chip.sram.length;
    core.PC = RAM;
    if (memory === "flash") {
      const loader = this.#chip.flash.subarray(0, LOADER_SIZE);
      if (!isWholeLoader(loader))
        throw new Error("The firmware's loader has another sum than the chip's ROM asks for.");
      this.#chip.sram.set(loader, LOADER - RAM);
      core.PC = LOADER;
    }
  }

  #run(budget: number): void {
    const { core } = this.#chip;
    const { start, code, stack_bottom: stackBottom } = this.#description;
    const codeEnd = start + LOADER_SIZE + code;
    const end = core.cycles + budget;
    let at = core.PC;
    try {
      while (core.cycles < end) {
        const isFed = this.#feed();
        for (let count = 0; count < 256; count++) {
          at = core.PC;
          core.executeInstruction();
          const next = core.PC;
          if ((next < start || next >= codeEnd) && !isLoader(next))
            throw new Fault(`it jumps to ${addressText(next)}, where no code is`);
          if (core.SP < stackBottom) throw new Fault("its stack outgrew its memory");
        }
        if (isFed && this.#hasPending()) return;
      }
      this.stopReport = { why: "budget", address: at, step: this.#step(), text: `${budget} cycles` };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.stopReport = { why: "fault", address: at, step: this.#step(), text: error.message };
    }
  }

  /** Moves pending bytes into the receiver, as far as it has room; returns whether all were moved. */
  #feed(): boolean {
    let count = 0;
    while (count < this.#waiting.length && (this.#uart.flags & RECEIVER_IS_FULL) === 0) {
      this.#uart.feedByte(this.#waiting[count] ?? 0);
      count += 1;
    }
    if (count > 0) this.#waiting = this.#waiting.slice(count);
    return this.#waiting.length === 0;
  }

  /** Whether the firmware read all that came and is at its beginning again. */
  #hasPending(): boolean {
    return this.#step() === PENDING && (this.#uart.flags & RECEIVER_IS_EMPTY) !== 0;
  }

  #step(): number {
    return this.#chip.sramView.getUint32(this.#description.step_at - RAM, true);
  }
}

function isLoader(address: number): boolean {
  return address >= LOADER && address < LOADER + LOADER_SIZE;
}

/** The sum that the ROM asks for: CRC-32 by the highest bit first, not inverted. */
function isWholeLoader(loader: Uint8Array): boolean {
  let sum = 0xffffffff;
  for (const byte of loader.subarray(0, LOADER_SIZE - 4)) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return new DataView(loader.buffer, loader.byteOffset).getUint32(LOADER_SIZE - 4, true) === sum >>> 0;
}

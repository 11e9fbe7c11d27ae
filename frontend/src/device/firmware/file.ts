// Firmware as a build has it: the file for the board, and what is known of it.
import { BUSY, isHello, type Hello } from "../serial/messages";

/** The description that goes with the UF2 file: docs/reference/serial.md. */
export interface FirmwareManifest extends Hello {
  readonly memory: "ram" | "flash";
  /** The address that the image begins at. */
  readonly start: number;
  /** Bytes of code and constants. */
  readonly code: number;
  /** Bytes of RAM that the variables take. */
  readonly variables: number;
  /** Bytes that the board has. */
  readonly ram: number;
  readonly flash: number;
  readonly stack_bottom: number;
  readonly stack_top: number;
  /** The address of the number of the step that runs. */
  readonly step_at: number;
  readonly functions: readonly (readonly [address: number, name: string])[];
}

export interface Firmware {
  readonly uf2: Uint8Array<ArrayBuffer>;
  readonly description: FirmwareManifest;
}

/** The description, as far as its numbers are needed. Throws an Error that says what is wrong. */
export function readDescription(value: unknown): FirmwareManifest {
  const numbers = ["start", "code", "variables", "ram", "flash", "stack_bottom", "stack_top", "step_at"];
  const fields = value as Record<string, unknown>;
  const isWhole =
    isHello(value) &&
    (fields["memory"] === "ram" || fields["memory"] === "flash") &&
    numbers.every((name) => typeof fields[name] === "number") &&
    Array.isArray(fields["functions"]);
  if (!isWhole) throw new Error("The description of the firmware is incomplete.");
  return value as unknown as FirmwareManifest;
}

/** The step of this number for people, or null where none is known. */
export function stepName({ steps }: Hello, step: number): string | null {
  return step >= BUSY ? null : (steps[step] ?? null);
}

/** The function that an address lies in. */
export function functionAt({ functions }: FirmwareManifest, address: number): string | null {
  return functions.findLast(([start]) => start <= address)?.[1] ?? null;
}

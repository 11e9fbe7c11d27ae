// The board's serial port, as the page around a preview provides it for a sensor.
import type { MotionRow } from "../motion/motion";

export type BoardMessage =
  | { readonly what: "sound"; readonly rate: number; readonly samples: Float32Array }
  | { readonly what: "motion"; readonly rows: readonly MotionRow[] };

export interface BoardEvents {
  readonly onMessage: (message: BoardMessage) => void;
  /** How many frames were lost so far. */
  readonly onLost: (count: number) => void;
  /** The line ended by itself; the text says why. */
  readonly onClosed: (reason: string) => void;
}

export interface BoardLine {
  /** Has the person choose a port and reads it until the signal aborts. What is wanted decides the speed of the line.
   * Rejects where there is none. */
  readonly connect: (kind: BoardMessage["what"], signal: AbortSignal, events: BoardEvents) => Promise<void>;
}

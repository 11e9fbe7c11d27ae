// The sensors that a recording is made with: those of this device, or a board on its serial port.
import type { BoardLine, BoardMessage } from "../../../preview";
import { askForMotion, lostProblem, openMicrophone, rowOf, type TimedRow } from "../../../preview/phone";
import { Resampler } from "../../../preview/sound/resampler";

export interface RecordingSensor {
  /** A sentence for somebody whose sensor gives nothing. */
  readonly silent: string;
  /** Gives sound of this rate until the signal aborts; `onLost` says why it ended before. */
  readonly sound: (
    rate: number,
    signal: AbortSignal,
    onSamples: (block: Float32Array) => void,
    onLost: (reason: string) => void,
  ) => Promise<void>;
  /** Gives rows with their times until the signal aborts. */
  readonly motion: (
    signal: AbortSignal,
    onRows: (rows: readonly TimedRow[]) => void,
    onLost: (reason: string) => void,
  ) => Promise<void>;
}

/** The microphone and the motion sensor of this device. */
export function ownSensor(kind: "sound" | "motion"): RecordingSensor {
  return {
    silent: lostProblem(kind === "sound" ? "microphone" : "motion sensor", ""),
    sound: async (rate, signal, onSamples, onLost) => {
      await openMicrophone(rate, null, signal, onSamples, () => onLost(lostProblem("microphone", "")));
    },
    motion: async (signal, onRows) => {
      await askForMotion();
      const onMotion = (event: DeviceMotionEvent): void => {
        const row = rowOf(event);
        if (row !== null) onRows([{ at: event.timeStamp, row }]);
      };
      window.addEventListener("devicemotion", onMotion, { signal });
    },
  };
}

const G = 9.80665;
const SILENT = {
  sound: "This port sends no sound. Upload the program of the package that collects, and connect it again.",
  motion: "This port sends no motion. The board must send frames, or lines of three numbers at 115200 bits a second.",
};

/** A board whose port is chosen once and stays open from recording to recording. */
export class BoardSensor implements RecordingSensor {
  readonly silent: string;
  readonly #line: BoardLine;
  readonly #kind: "sound" | "motion";
  readonly #now: () => number;
  #connection: AbortController | null = null;
  #onMessage: (message: BoardMessage) => void = () => undefined;
  #onLost: (reason: string) => void = () => undefined;
  #scale = 1;

  constructor(line: BoardLine, kind: "sound" | "motion", now: () => number = () => performance.now()) {
    this.#line = line;
    this.#kind = kind;
    this.#now = now;
    this.silent = SILENT[kind];
  }

  readonly sound: RecordingSensor["sound"] = async (rate, signal, onSamples, onLost) => {
    let [from, resampler]: [number, Resampler | null] = [rate, null];
    await this.#listen(signal, onLost, (message) => {
      if (message.what !== "sound") return;
      if (message.rate !== from || resampler === null) {
        from = message.rate;
        resampler = new Resampler(from, rate);
      }
      onSamples(resampler.push(message.samples));
    });
  };

  readonly motion: RecordingSensor["motion"] = async (signal, onRows, onLost) => {
    let last = this.#now();
    await this.#listen(signal, onLost, (message) => {
      if (message.what !== "motion") return;
      const now = this.#now();
      const scale = this.#scale;
      // Rows that came together were measured since those before.
      const step = (now - last) / message.rows.length;
      onRows(
        message.rows.map(([x, y, z], index) => ({
          at: last + step * (index + 1),
          row: [x * scale, y * scale, z * scale] as const,
        })),
      );
      last = now;
    });
  };

  /** The unit of the rows that the board sends from now on. */
  takeUnit(unit: "g" | "m/s²"): void {
    this.#scale = unit === "g" ? G : 1;
  }

  /** Closes the port. */
  close(): void {
    this.#connection?.abort();
    this.#connection = null;
  }

  async #listen(
    signal: AbortSignal,
    onLost: (reason: string) => void,
    onMessage: (message: BoardMessage) => void,
  ): Promise<void> {
    this.#onMessage = onMessage;
    this.#onLost = onLost;
    signal.addEventListener("abort", () => {
      this.#onMessage = () => undefined;
      this.#onLost = () => undefined;
    });
    if (this.#connection !== null) return;
    const connection = new AbortController();
    this.#connection = connection;
    try {
      await this.#line.connect(this.#kind, connection.signal, {
        onMessage: (message) => this.#onMessage(message),
        onLost: () => undefined,
        onClosed: (reason) => {
          this.close();
          this.#onLost(reason);
        },
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }
}

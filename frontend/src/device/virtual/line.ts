// The line to a virtual board: a page worker executes its firmware. Ended with it, whatever the firmware does.
import type { DeviceLine, LineEvents } from "../serial/device";
import { functionAt, stepName, type FirmwareManifest, type Firmware } from "../firmware/file";
import type { StopReport } from "./pico";
import { addressText } from "./places";
import type { PicoAnswer, PicoQuestion } from "./worker";

/** The part of a page worker that is used. */
export type PicoWorker = Pick<Worker, "onmessage" | "onerror" | "terminate"> & {
  readonly postMessage: (question: PicoQuestion) => void;
};

/** Seconds of the chip after which firmware that does not answer is stopped. */
const TIMEOUT = 10;

export class VirtualLine implements DeviceLine {
  readonly #firmware: Firmware;
  readonly #start: () => PicoWorker;
  #worker: PicoWorker | null = null;
  #events: LineEvents | null = null;

  constructor(firmware: Firmware, start: () => PicoWorker) {
    this.#firmware = firmware;
    this.#start = start;
  }

  readonly open = (events: LineEvents): Promise<void> =>
    new Promise((resolve, reject) => {
      this.#events = events;
      const worker = this.#start();
      this.#worker = worker;
      worker.onerror = () => reject(new Error("The virtual board could not be loaded. Reload the page."));
      worker.onmessage = ({ data }: MessageEvent<PicoAnswer>) => {
        const problem =
          "problem" in data ? data.problem : data.stopReport && sentence(data.stopReport, this.#firmware.description);
        if (problem !== null) {
          reject(new Error(problem));
          return;
        }
        worker.onmessage = (event: MessageEvent<PicoAnswer>) => this.#take(event.data);
        worker.onerror = () => this.#events?.onClosed("The virtual board stopped.");
        resolve();
      };
      worker.postMessage({ uf2: this.#firmware.uf2, description: this.#firmware.description });
    });

  readonly write = (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    this.#worker?.postMessage({ bytes, budget: TIMEOUT * this.#firmware.description.clock_hz });
    return Promise.resolve();
  };

  readonly close = (): Promise<void> => {
    this.#worker?.terminate();
    this.#worker = null;
    return Promise.resolve();
  };

  #take(answer: PicoAnswer): void {
    if (this.#worker === null) return;
    if ("problem" in answer) {
      this.#events?.onClosed(answer.problem);
      return;
    }
    this.#events?.onBytes(answer.bytes);
    if (answer.stopReport !== null) this.#events?.onClosed(sentence(answer.stopReport, this.#firmware.description));
    else this.#events?.onQuiet();
  }
}

/** Why the machine stopped, with the place. */
export function sentence({ why, address, step, text }: StopReport, description: FirmwareManifest): string {
  const name = stepName(description, step);
  const within = functionAt(description, address);
  const place = `at ${addressText(address)}${within === null ? "" : ` in ${within}`}`;
  const where = name === null ? place : `${place}, in the step “${name}”`;
  return why === "budget"
    ? `The firmware was stopped ${where}: it did not answer within ${TIMEOUT} seconds of the chip.`
    : `The firmware was stopped ${where}: ${text}.`;
}

// The numbers by which a rune and its host call what was asked for: one counter for all kinds, from 1.
import { HANDLE_LIMIT } from "../../declared/run-limits";
import { RuneError } from "../errors";

export class Handles {
  #count = 0;

  take(): number {
    if (this.#count >= HANDLE_LIMIT) {
      throw new RuneError("stopped", `The rune was stopped: it asked for more than ${HANDLE_LIMIT} handles.`);
    }
    this.#count += 1;
    return this.#count;
  }
}

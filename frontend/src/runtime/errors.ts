// The one error of the runtime: a name for a program and a sentence for a person.
import type { RaisableLimit } from "./types";

const RUNE_ERROR_NAMES = [
  "bad-rune", // the bytes are not a rune, or ask for what no host offers
  "stopped", // it ran longer than it may, or sent more than it may
  "memory", // it needs more memory than it may have
  "trap", // it gave up, or did what WebAssembly forbids
  "pointer", // it passed an address outside its own memory
  "request", // it asked for something that the ABI does not know
  "host-model", // it asks its host to run a model
  "output", // it sent a result that cannot be read
  "input", // what was given does not fit what it asks for
  "no-sensor", // there is no such sensor where the program runs
  "frame", // the sandbox could not be started
] as const;

export type RuneErrorName = (typeof RUNE_ERROR_NAMES)[number];

export class RuneError extends Error {
  /** The name of the class, written out because minifiers shorten the names of classes. */
  static override readonly name = "RuneError";
  override readonly name: RuneErrorName;
  /** The limit that was reached, where the host of the rune may raise it. */
  readonly limit: RaisableLimit | null;

  constructor(name: RuneErrorName, message: string, limit: RaisableLimit | null = null) {
    super(message);
    this.name = name;
    this.limit = limit;
  }
}

/** An error as it came through a channel that carries only names and texts. */
export function runeErrorFrom(name: string, message: string, limit: RaisableLimit | null = null): RuneError {
  const knownName = RUNE_ERROR_NAMES.find((candidate) => candidate === name);
  return new RuneError(knownName ?? "trap", message, limit);
}

// A rune that is loaded: it runs on inputs, or on a microphone.
import { RuneError } from "../runtime/errors";
import type { CapabilityRequest, Loaded } from "../runtime/types";
import type { Engine } from "./engine";
import type { Served } from "./fetch-rune";
import { bytesOf, type Inputs } from "./inputs";
import { microphoneWindows } from "./microphone";
import { resultOf, type Result } from "./results";

export class Rune {
  /** What the deployment serves; null where the rune came from a file or from bytes. */
  readonly served: Served | null;
  readonly #engine: Engine;

  constructor(engine: Engine, served: Served | null) {
    this.#engine = engine;
    this.served = served;
  }

  /** The inputs that it asks for, by `stage`, with `type` and `size` in bytes. */
  get inputs(): readonly CapabilityRequest[] {
    return this.#engine.loaded.capabilities;
  }

  /** What it says of itself. */
  get about(): Loaded {
    return this.#engine.loaded;
  }

  /** Runs it once. Throws `RuneError`. */
  async run(inputs: Inputs): Promise<Result> {
    return resultOf(await this.#engine.run(bytesOf(inputs, this.inputs)));
  }

  /** Runs it on windows of the microphone until the signal ends or the loop is left. What it hears stays in the page. */
  async *listen(source: "microphone" = "microphone", signal?: AbortSignal): AsyncGenerator<Result> {
    const [request] = this.inputs;
    if (request?.kind !== "SOUND" || this.inputs.length !== 1)
      throw new RuneError("input", `This rune does not read a ${source} alone.`);
    for await (const samples of microphoneWindows(request, signal)) {
      const result = await this.run(samples);
      if (result.answer !== null) yield result;
    }
  }

  /** Ends its worker. */
  close(): void {
    this.#engine.close();
  }
}

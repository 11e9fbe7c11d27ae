// A rune that is loaded: it runs on inputs, or on a sensor.
import type { CapabilityRequest, LoadedRune } from "../runtime/types";
import type { Engine } from "./engine";
import type { ServedRelease } from "./fetch-rune";
import { bytesOf, type Inputs } from "./inputs";
import { resultOf, type Result } from "./results";
import { sensorInputs, type Sensor } from "./streams";
import type { RunListener } from "./telemetry";

/** The listener of a rune, once there is one: counting begins after the rune is loaded, so that nothing waits for it. */
export interface Listening {
  current?: RunListener;
  isClosed?: boolean;
}

export class Rune {
  /** The name of the class, written out because minifiers shorten the names of classes. */
  static readonly name = "Rune";
  /** The release that the deployment serves; null where the rune came from a file or from bytes. */
  readonly served: ServedRelease | null;
  /**
   * Milliseconds since the server last named this rune as current, if it is the last good one and the server is away.
   * Null if the server answered.
   */
  readonly age: number | null;
  readonly #engine: Engine;
  readonly #listener: Listening;

  constructor(engine: Engine, served: ServedRelease | null, age: number | null, listener: Listening = {}) {
    this.#engine = engine;
    this.served = served;
    this.age = age;
    this.#listener = listener;
  }

  /** The inputs that it asks for, by `stage`, with `type` and `size` in bytes. */
  get inputs(): readonly CapabilityRequest[] {
    return this.#engine.loadedRune.capabilities;
  }

  /** The rune's description of itself. */
  get about(): LoadedRune {
    return this.#engine.loadedRune;
  }

  /** Runs it once. Throws `RuneError`. */
  async run(inputs: Inputs): Promise<Result> {
    const bytes = bytesOf(inputs, this.inputs);
    const result = await this.#engine.run(bytes);
    await this.#listener.current?.afterRun(bytes);
    return resultOf(result, this.about.wordlists);
  }

  /**
   * Runs it on the microphone, the camera or the motion sensor, whichever it reads, until the signal ends or the loop is
   * left. What they hear and see stays in the page. `video` shows what the camera sees.
   */
  async *listen(sensor?: Sensor, signal?: AbortSignal, video?: HTMLVideoElement): AsyncGenerator<Result> {
    for await (const input of sensorInputs(sensor, this.inputs, signal, video)) {
      const result = await this.run(input);
      if (result.answer !== null) yield result;
    }
  }

  /** Ends its worker. */
  close(): void {
    this.#listener.isClosed = true;
    this.#listener.current?.onClose();
    this.#engine.close();
  }
}

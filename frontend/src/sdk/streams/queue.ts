// Values that an event brings, as a loop reads them.

/** A queue between a sensor's events and a loop. Where the loop is slower, all but the newest `capacity` are dropped. */
export class Queue<Value> {
  readonly #capacity: number;
  readonly #waiting: Value[] = [];
  readonly #signal: AbortSignal | undefined;
  #wake: () => void = () => undefined;
  #failure: Error | null = null;

  constructor(capacity: number, signal?: AbortSignal) {
    this.#capacity = capacity;
    this.#signal = signal;
    signal?.addEventListener("abort", () => this.#wake());
  }

  push(value: Value): void {
    this.#waiting.push(value);
    if (this.#waiting.length > this.#capacity) this.#waiting.shift();
    this.#wake();
  }

  /** Ends the loop with an error, once it has read what came before. */
  fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }

  /** Yields until the signal ends. */
  async *read(): AsyncGenerator<Value> {
    while (this.#signal?.aborted !== true) {
      const value = this.#waiting.shift();
      if (value !== undefined) yield value;
      else if (this.#failure !== null) throw this.#failure;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

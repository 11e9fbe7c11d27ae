// A worker that was started ahead, so that the next rune does not wait for a start. Each rune has a worker of its own: one
// that was taken is never given again.

interface Ending {
  terminate(): void;
}

export class PreparedWorker<Kind extends Ending> {
  #next: { readonly text: string; readonly worker: Kind } | null = null;

  constructor(private readonly start: (text: string) => Kind) {}

  /** Starts a worker from this text unless one of it waits already; one of another text is ended. */
  prepare(text: string): void {
    if (this.#next?.text === text) return;
    this.#next?.worker.terminate();
    this.#next = { text, worker: this.start(text) };
  }

  /** The worker of this text that waits, or one that is started now. */
  take(text: string): Kind {
    if (this.#next?.text !== text) return this.start(text);
    const { worker } = this.#next;
    this.#next = null;
    return worker;
  }
}

// Deleting samples with a way back: their bytes cannot be restored once they are deleted, so the request is sent some
// seconds later. Leaving the page sends it at once.

/** Milliseconds in which a deletion can be taken back. */
export const DELAY = 8_000;

/** Tells the server, also while the page ends; answers the sentence of a refusal, or null. */
export type Delete = (numbers: readonly number[], isLeaving: boolean) => Promise<string | null>;

export class PendingDeletion {
  #numbers: readonly number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `onDone` gets the sentence of a refusal, or null. */
  constructor(
    readonly send: Delete,
    readonly onDone: (refusal: string | null) => void,
  ) {}

  get numbers(): readonly number[] {
    return this.#numbers;
  }

  /** Deletes these samples after the delay. Those of an earlier call are deleted now. */
  add(numbers: readonly number[]): void {
    void this.finish();
    this.#numbers = numbers;
    this.#timer = setTimeout(() => void this.finish(), DELAY);
  }

  /** Takes the deletion back. Answers whether there was one. */
  undo(): boolean {
    clearTimeout(this.#timer);
    const hadSome = this.#numbers.length > 0;
    this.#numbers = [];
    return hadSome;
  }

  async finish(isLeaving = false): Promise<void> {
    clearTimeout(this.#timer);
    const numbers = this.#numbers;
    if (numbers.length === 0) return;
    this.#numbers = [];
    this.onDone(await this.send(numbers, isLeaving));
  }
}

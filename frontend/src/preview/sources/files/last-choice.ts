// Among several choices, each of which takes a while to read, the last one counts: a large file is read after a small one that was
// chosen later.

export class LastChoice {
  #count = 0;

  /** Calls back with what came of a choice, or why nothing did, unless another was made meanwhile. */
  follow<Value>(work: Promise<Value>, onValue: (value: Value) => void, onProblem: (error: unknown) => void): void {
    this.#count += 1;
    const own = this.#count;
    work.then(
      (value) => {
        if (own === this.#count) onValue(value);
      },
      (error: unknown) => {
        if (own === this.#count) onProblem(error);
      },
    );
  }

  /** Files that are still read count no more. */
  readonly forget = (): void => {
    this.#count += 1;
  };
}

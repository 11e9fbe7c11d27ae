// Works on the items that are in sight one after the other, so that many cards take no more of a machine than one.

export class InSight<Item> {
  /** In the order in which they came. */
  readonly #waiting = new Set<Item>();
  #isWorking = false;

  /**
   * `work` never rejects. `rests` calls back when the page has time; what left before that is not worked on. Nothing is
   * worked on twice.
   */
  constructor(
    private readonly work: (item: Item) => Promise<void>,
    private readonly rests: (then: () => void) => void,
  ) {}

  enter(item: Item): void {
    this.#waiting.add(item);
    this.#nextAtRest();
  }

  leave(item: Item): void {
    this.#waiting.delete(item);
  }

  #nextAtRest(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.rests(() => void this.#next());
  }

  async #next(): Promise<void> {
    const [item] = this.#waiting;
    if (item !== undefined) {
      this.#waiting.delete(item);
      await this.work(item);
    }
    this.#isWorking = false;
    if (this.#waiting.size > 0) this.#nextAtRest();
  }
}

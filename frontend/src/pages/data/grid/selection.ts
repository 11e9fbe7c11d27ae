// Says which samples are selected: one by one, or all between two as the list has them. Pure.

export class Selection {
  readonly #numbers = new Set<number>();
  /** The sample that was selected last, from which a range begins. */
  #anchor: number | null = null;

  get size(): number {
    return this.#numbers.size;
  }

  get numbers(): readonly number[] {
    return [...this.#numbers];
  }

  has(number: number): boolean {
    return this.#numbers.has(number);
  }

  set(number: number, isSelected: boolean): void {
    if (isSelected) this.#numbers.add(number);
    else this.#numbers.delete(number);
    this.#anchor = number;
  }

  /** Selects all from the last one to this one, in the order of the list. */
  extendTo(number: number, list: readonly number[]): void {
    const [one, other] = [list.indexOf(this.#anchor ?? number), list.indexOf(number)];
    const first = one < 0 ? other : one;
    for (const each of list.slice(Math.min(first, other), Math.max(first, other) + 1)) this.#numbers.add(each);
    this.#anchor ??= number;
  }

  all(list: readonly number[]): void {
    for (const number of list) this.#numbers.add(number);
  }

  clear(): void {
    this.#numbers.clear();
    this.#anchor = null;
  }

  /** Forgets those that the list has no longer. */
  keep(list: readonly number[]): void {
    const present = new Set(list);
    for (const number of this.#numbers) if (!present.has(number)) this.#numbers.delete(number);
    if (this.#anchor !== null && !present.has(this.#anchor)) this.#anchor = null;
  }
}

/** The properties that the selected samples share, in words: "all knock, all by Guest 7". */
export function commonOf(cards: readonly Readonly<Record<string, string | undefined>>[]): string {
  const commonValue = (name: string): string => {
    const values = new Set(cards.map((card) => card[name] ?? ""));
    return values.size === 1 ? ([...values][0] ?? "") : "";
  };
  const [label, group] = [commonValue("label"), commonValue("group")];
  return [...(label ? [`all ${label}`] : []), ...(group ? [`all by ${group}`] : [])].join(", ");
}

// The list of samples as a window onto all of them: the cards in view are in the page, and cards are read when they come into
// view. However long the list is, the page has some dozen cards.
import { columnsIn, heightOf, placeOf, rangeBetween, type GridLayout } from "./window";

const LEAST_WIDTH = 150;
const GAP = 10;
const OVERSCAN_ROWS = 3;
/** Cards that one request reads. */
const AT_ONCE = 120;
/** Cards that are kept: scrolling back shows them at once. */
const MOST_CARDS = 1500;

export class Grid {
  #numbers: readonly number[] = [];
  #indices = new Map<number, number>();
  readonly #cards = new Map<number, HTMLElement>();
  #frame: GridLayout = { count: 0, columns: 1, rowHeight: 1 };
  #reading = false;
  #drawing = 0;
  #focusOn: number | null = null;

  /**
   * `list` has the cards that the server rendered, which give the height of a row; `page` is the address of the project's
   * data. `onDrawn` is called for each card that comes into the page.
   */
  constructor(
    readonly list: HTMLElement,
    readonly page: string,
    readonly onDrawn: (card: HTMLElement) => void,
  ) {
    for (const card of list.querySelectorAll<HTMLElement>("[data-number]")) this.#cards.set(numberOf(card), card);
    list.classList.add("is-window");
    // Until the list is read, it is what the server rendered: else the first drawing would empty the page.
    this.show([...this.#cards.keys()]);
    addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(list);
  }

  get numbers(): readonly number[] {
    return this.#numbers;
  }

  get columns(): number {
    return this.#frame.columns;
  }

  indexOf(number: number): number {
    return this.#indices.get(number) ?? -1;
  }

  card(number: number): HTMLElement | null {
    return this.#cards.get(number) ?? null;
  }

  /** Shows the samples with these numbers, in this order. */
  show(numbers: readonly number[]): void {
    this.#numbers = numbers;
    this.#indices = new Map(numbers.map((number, index) => [number, index]));
    this.draw();
  }

  /** Reads cards again when they are in view: all of them, or those with these numbers. */
  forget(numbers: Iterable<number> = [...this.#cards.keys()]): void {
    for (const number of numbers) this.#cards.get(number)?.setAttribute("data-stale", "");
    this.draw();
  }

  /** Moves the focus to a sample, which is scrolled into view and read first where it is not in the page. */
  focus(number: number): void {
    const index = this.indexOf(number);
    if (index < 0) return;
    const { top } = placeOf(this.#frame, index);
    const start = this.list.getBoundingClientRect().top;
    if (start + top < 0) scrollBy({ top: start + top - GAP });
    const below = start + top + this.#frame.rowHeight - innerHeight;
    if (below > 0) scrollBy({ top: below + GAP });
    this.#focusOn = number;
    this.draw();
  }

  /** Draws what is in view before the next frame. */
  draw(): void {
    if (this.#drawing !== 0) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#place();
    });
  }

  #place(): void {
    const columns = columnsIn(this.list.clientWidth, LEAST_WIDTH, GAP);
    const rowHeight = rowHeightOf(this.list);
    this.#frame = { count: this.#numbers.length, columns, rowHeight };
    const { top } = this.list.getBoundingClientRect();
    const { first, last } = rangeBetween(this.#frame, -top, innerHeight - top, OVERSCAN_ROWS);
    this.list.style.height = `${heightOf(this.#frame)}px`;
    const width = (this.list.clientWidth - GAP * (columns - 1)) / columns;
    const visibleCards = new Set<HTMLElement>();
    const missing: number[] = [];
    for (let index = first; index < last; index += 1) {
      const number = this.#numbers[index];
      if (number === undefined) continue;
      const card = this.#cards.get(number);
      if (card === undefined || card.hasAttribute("data-stale")) missing.push(number);
      if (card === undefined) continue;
      const place = placeOf(this.#frame, index);
      card.style.width = `${width}px`;
      card.style.transform = `translate(${place.column * (width + GAP)}px, ${place.top}px)`;
      card.setAttribute("aria-setsize", String(this.#numbers.length));
      card.setAttribute("aria-posinset", String(index + 1));
      visibleCards.add(card);
      if (card.parentElement === null) {
        this.list.append(card);
        this.onDrawn(card);
      }
    }
    for (const card of [...this.list.children]) {
      if (!visibleCards.has(card as HTMLElement) && !card.contains(document.activeElement)) card.remove();
    }
    this.#focusWanted();
    if (missing.length > 0) void this.#read(missing.slice(0, AT_ONCE));
  }

  #focusWanted(): void {
    if (this.#focusOn === null) return;
    const card = this.#cards.get(this.#focusOn);
    if (card === undefined || card.parentElement === null) return;
    this.#focusOn = null;
    card.querySelector<HTMLElement>("[data-open]")?.focus({ preventScroll: true });
  }

  async #read(numbers: readonly number[]): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    const response = await fetch(`${this.page}/cards?numbers=${numbers.join(",")}`, {
      headers: { Accept: "text/html" },
    }).catch(() => null);
    this.#reading = false;
    if (response === null || !response.ok || response.redirected) return;
    const read = new DOMParser().parseFromString(`<ul>${await response.text()}</ul>`, "text/html");
    const cards = [...read.querySelectorAll<HTMLElement>("[data-number]")];
    for (const card of cards) this.#put(document.adoptNode(card));
    // Where nothing came, those samples are gone, and the list that is read next is without them.
    if (cards.length > 0) this.draw();
  }

  #put(card: HTMLElement): void {
    const number = numberOf(card);
    const before = this.#cards.get(number);
    const hadFocus = before?.contains(document.activeElement) === true;
    before?.remove();
    if (hadFocus) this.#focusOn = number;
    this.#cards.delete(number);
    this.#cards.set(number, card);
    for (const [oldest, each] of this.#cards) {
      if (this.#cards.size <= MOST_CARDS) break;
      if (each.parentElement === null) this.#cards.delete(oldest);
    }
  }
}

export function numberOf(card: HTMLElement): number {
  return Number(card.dataset["number"]);
}

/** The height of a row as the style sheet has it, with the gap below. */
function rowHeightOf(list: HTMLElement): number {
  return Number.parseFloat(getComputedStyle(list).getPropertyValue("--sample-height")) + GAP;
}

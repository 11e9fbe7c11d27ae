// Finding what was meant by a few typed letters. Pure.

export interface Match<Item> {
  readonly item: Item;
  /** Where the letters stand in the title, for showing. */
  readonly at: readonly number[];
}

const WORD_START = /[\s/_.\-:]/;

/** How well the letters fit, and where; null when they do not stand in the title in this order. Larger is better. */
export function fit(query: string, title: string): { readonly score: number; readonly at: readonly number[] } | null {
  const characters = [...query.toLowerCase()].filter((character) => character !== " ");
  const text = title.toLowerCase();
  const whole = text.indexOf(query.trim().toLowerCase());
  if (query.trim() !== "" && whole >= 0) {
    const at = Array.from({ length: query.trim().length }, (_, index) => whole + index);
    const starts = whole === 0 || WORD_START.test(text[whole - 1] ?? "");
    return { score: 1000 + (starts ? 500 : 0) - whole - text.length / 100, at };
  }
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (const character of characters) {
    const place = placeOf(character, text, from);
    if (place < 0) return null;
    if (place === 0 || WORD_START.test(text[place - 1] ?? "")) score += 20;
    else if (place === from && from > 0) score += 10;
    else score -= Math.min(place - from, 10);
    at.push(place);
    from = place + 1;
  }
  return { score: score - text.length / 100, at };
}

/** A letter at the start of a word is rather meant than one inside. */
function placeOf(character: string, text: string, from: number): number {
  const next = text.indexOf(character, from);
  if (next < 0 || next === from) return next;
  for (let place = next; place >= 0; place = text.indexOf(character, place + 1)) {
    if (place === 0 || WORD_START.test(text[place - 1] ?? "")) return place;
  }
  return next;
}

/** Those that fit, the best first, otherwise in their order; all of them for an empty query. */
export function find<Item>(
  query: string,
  items: readonly Item[],
  title: (item: Item) => string,
  most = 60,
): readonly Match<Item>[] {
  if (query.trim() === "") return items.slice(0, most).map((item) => ({ item, at: [] }));
  return items
    .flatMap((item) => {
      const match = fit(query, title(item));
      return match === null ? [] : [{ item, ...match }];
    })
    .sort((one, other) => other.score - one.score)
    .slice(0, most)
    .map(({ item, at }) => ({ item, at }));
}

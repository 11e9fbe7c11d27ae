import { expect, test } from "vitest";
import { InSight } from "./in-sight";

/** One that notes what it works on; the test ends each work, and says when the page rests. */
function watchCards() {
  const [begunItems, ends, rests]: [string[], (() => void)[], (() => void)[]] = [[], [], []];
  const work = (item: string): Promise<void> => {
    begunItems.push(item);
    return new Promise((resolve) => ends.push(resolve));
  };
  const cards = new InSight(work, (then) => rests.push(then));
  const rest = () => rests.shift()?.();
  const end = async () => {
    ends.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { cards, begunItems, rest, end, rests };
}

test("cards are worked on one after the other, each when the page rests", async () => {
  const { cards, begunItems, rest, end, rests } = watchCards();
  cards.enter("one");
  cards.enter("two");
  expect(begunItems).toEqual([]);
  rest();
  expect([begunItems, rests.length]).toEqual([["one"], 0]);
  await end();
  expect(begunItems).toEqual(["one"]);
  rest();
  expect(begunItems).toEqual(["one", "two"]);
});

test("a card that left before its turn is not worked on, and the next one is", async () => {
  const { cards, begunItems, rest, end, rests } = watchCards();
  for (const each of ["one", "two", "three"]) cards.enter(each);
  rest();
  cards.leave("two");
  await end();
  rest();
  expect(begunItems).toEqual(["one", "three"]);
  await end();
  expect(rests).toEqual([]);
});

test("all left: it waits for the next that comes", async () => {
  const { cards, begunItems, rest, rests } = watchCards();
  cards.enter("one");
  cards.leave("one");
  rest();
  await Promise.resolve();
  expect([begunItems, rests.length]).toEqual([[], 0]);
  cards.enter("two");
  rest();
  expect(begunItems).toEqual(["two"]);
});

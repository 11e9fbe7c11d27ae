import { expect, test } from "vitest";
import { InSight } from "./in-sight";

/** One that notes what it works on; the test ends each work, and says when the page rests. */
function watched() {
  const [begun, ends, rests]: [string[], (() => void)[], (() => void)[]] = [[], [], []];
  const work = (item: string): Promise<void> => {
    begun.push(item);
    return new Promise((resolve) => ends.push(resolve));
  };
  const cards = new InSight(work, (then) => rests.push(then));
  const rest = () => rests.shift()?.();
  const end = async () => {
    ends.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { cards, begun, rest, end, rests };
}

test("cards are worked on one after the other, each when the page rests", async () => {
  const { cards, begun, rest, end, rests } = watched();
  cards.came("one");
  cards.came("two");
  expect(begun).toEqual([]);
  rest();
  expect([begun, rests.length]).toEqual([["one"], 0]);
  await end();
  expect(begun).toEqual(["one"]);
  rest();
  expect(begun).toEqual(["one", "two"]);
});

test("a card that left before its turn is not worked on, and the next one is", async () => {
  const { cards, begun, rest, end, rests } = watched();
  for (const each of ["one", "two", "three"]) cards.came(each);
  rest();
  cards.left("two");
  await end();
  rest();
  expect(begun).toEqual(["one", "three"]);
  await end();
  expect(rests).toEqual([]);
});

test("all left: it waits for the next that comes", async () => {
  const { cards, begun, rest, rests } = watched();
  cards.came("one");
  cards.left("one");
  rest();
  await Promise.resolve();
  expect([begun, rests.length]).toEqual([[], 0]);
  cards.came("two");
  rest();
  expect(begun).toEqual(["two"]);
});

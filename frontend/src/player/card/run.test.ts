import { expect, test } from "vitest";
import { barsOf, later, rarestAnswer, type CardNews } from "./run";
import type { Card } from "../../preview";

test("silence after a word does not take the word away, another word does", () => {
  const word = (text: string, isQuiet = false) => ({ text, share: null, isQuiet });
  expect(later(null, word("silence", true))?.text).toBe("silence");
  expect(later(word("yes"), word("silence", true))?.text).toBe("yes");
  expect(later(word("yes"), word("no"))?.text).toBe("no");
  expect(later(word("yes"), null)?.text).toBe("yes");
});

test("the card of a template shows the answer that came least often", () => {
  const choose = rarestAnswer();
  const news = (text: string) => ({ headline: { text, share: null, isQuiet: text === "silence" } }) as CardNews;
  let chosen: CardNews | null = null;
  for (const text of ["silence", "listening", "listening", "okay hammer", "okay hammer", "listening"])
    chosen = choose(chosen, news(text));
  expect(chosen?.headline?.text).toBe("okay hammer");
});

test("a card shows the three highest probabilities, and none of scores that are no probabilities", () => {
  const score = (name: string, share: number | null) => ({ index: 0, name, value: 1, share });
  const card = (shares: readonly (number | null)[]) =>
    ({ kind: "scores", scores: shares.map((share, place) => score(String(place), share)) }) as unknown as Card;
  expect(barsOf([card([0.6, 0.2, 0.1, 0.1])]).map(({ name }) => name)).toEqual(["0", "1", "2"]);
  expect(barsOf([card([null, null])])).toEqual([]);
});

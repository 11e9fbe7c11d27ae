import { expect, test } from "vitest";
import { DEFAULT_CALLING, NO_READINGS, read, type Card } from "../readings/readings";
import { shownWord } from "./shown-word";

const meaning = { isProbability: true, scale: null, zeroPoint: 0 };
const windowOf = (...elements: readonly number[]) => ({
  channel: 0,
  stage: "out",
  tensors: [
    { type: "utf8", dimensions: [1], elements: [(elements[1] ?? 0) > 0.5 ? "knock" : "background"] } as const,
    { type: "f32", dimensions: [1, 2], elements, meaning } as const,
  ],
});

function cardAfter(...windows: readonly (readonly number[])[]): Extract<Card, { kind: "word" }> {
  const { cards } = windows.reduce(
    (before, shares, index) =>
      read(before, [windowOf(...shares)], {
        wordlists: [["background", "knock"]],
        isStream: true,
        calling: DEFAULT_CALLING,
        now: 200 * index,
      }),
    NO_READINGS,
  );
  const [card] = cards;
  if (card?.kind !== "word") throw new Error("the card is no word");
  return card;
}

const KNOCK = [0.04, 0.96];
const shown = (card: Extract<Card, { kind: "word" }>, isLabelled = false) =>
  shownWord(card, DEFAULT_CALLING, "window", isLabelled);

test("until the windows of the mean are there it is listening, and no answer", () => {
  expect(shown(cardAfter(KNOCK, KNOCK))).toEqual({
    word: null,
    filling: { done: 2, needed: 3, unit: "window", seconds: null },
  });
  expect(shown(cardAfter(KNOCK, KNOCK, KNOCK))).toMatchObject({ word: { text: "knock" }, filling: null });
});

test("the answer before is not shown as this one", () => {
  const over = cardAfter(KNOCK, KNOCK, KNOCK, [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]);
  expect(shown(over).word).toBeNull();
  const quiet = cardAfter(KNOCK, KNOCK, KNOCK, [1, 0], [1, 0], [1, 0]);
  expect(shown(quiet).word).toMatchObject({ text: "background", isQuiet: true });
});

test("of a recording whose label is known, the last call stays when silence follows", () => {
  const quiet = cardAfter(KNOCK, KNOCK, KNOCK, [1, 0], [1, 0], [1, 0]);
  expect(shown(quiet, true).word).toMatchObject({ text: "knock" });
  expect(shown(cardAfter([1, 0], [1, 0], [1, 0]), true).word).toMatchObject({ text: "background" });
});

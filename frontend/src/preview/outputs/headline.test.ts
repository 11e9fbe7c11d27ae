import { expect, test } from "vitest";
import { DEFAULT_CALLING, NO_READINGS, read } from "../readings/readings";
import { proposedLabel } from "../recordings/comparing/comparing";
import { headline } from "./headline";

const context = { wordlists: [["no", "yes"]], isStream: false, calling: DEFAULT_CALLING, now: 0 };
const meaning = { isProbability: true, scale: null, zeroPoint: 0 };
const scores = { type: "f32", dimensions: [1, 2], elements: [0.25, 0.75], meaning } as const;
const word = (text: string) => ({ type: "utf8", dimensions: [1], elements: [text] }) as const;
const headlineOf = (...tensors: readonly (typeof scores | ReturnType<typeof word>)[]) =>
  headline(read(NO_READINGS, [{ channel: 0, stage: "out", tensors }], context).cards);

test("a word, with how sure the model is; the highest score; a number", () => {
  expect(headlineOf(word("yes"), scores)).toEqual({ text: "yes", share: 0.75, isQuiet: false });
  expect(headlineOf(scores)).toEqual({ text: "yes", share: 0.75, isQuiet: false });
  expect(headlineOf(word("silence"))).toEqual({ text: "silence", share: null, isQuiet: true });
  const number = { type: "f32", dimensions: [1], elements: [0.841470985] } as const;
  expect(headline(read(NO_READINGS, [{ channel: 0, stage: null, tensors: [number] }], context).cards)?.text).toBe(
    "0.8415",
  );
});

test("nothing is said of a table of numbers", () => {
  const table = { type: "f32", dimensions: [20, 40], elements: Array<number>(800).fill(0) } as const;
  expect(headline(read(NO_READINGS, [{ channel: 0, stage: null, tensors: [table] }], context).cards)).toBeNull();
});

test("the label that is proposed for a recording is the last word that was called, also when silence follows it", () => {
  const streamContext = { ...context, wordlists: [["silence", "yes"]], isStream: true };
  const window = (shares: readonly number[]) => ({
    channel: 0,
    stage: "out",
    tensors: [word((shares[1] ?? 0) > 0.5 ? "yes" : "silence"), { ...scores, elements: shares }],
  });
  const windows = [...Array<number[]>(6).fill([0.05, 0.95]), ...Array<number[]>(6).fill([0.98, 0.02])];
  const { cards } = windows.reduce(
    (before, shares, index) => read(before, [window(shares)], { ...streamContext, now: 100 * index }),
    NO_READINGS,
  );
  expect(headline(cards)?.text).toBe("silence");
  expect(proposedLabel(cards)).toBe("yes");
  expect(proposedLabel(read(NO_READINGS, [window([0.9, 0.1])], context).cards)).toBe("silence");
});

import { expect, test } from "vitest";
import { DEFAULT_CALLING, NO_READINGS, read } from "../readings/readings";
import { headline } from "./headline";

const context = { wordlists: [["no", "yes"]], isStream: false, calling: DEFAULT_CALLING, now: 0 };
const meaning = { isProbability: true, scale: null, zeroPoint: 0 };
const scores = { type: "f32", dimensions: [1, 2], elements: [0.25, 0.75], meaning } as const;
const word = (text: string) => ({ type: "utf8", dimensions: [1], elements: [text] }) as const;
const said = (...tensors: readonly (typeof scores | ReturnType<typeof word>)[]) =>
  headline(read(NO_READINGS, [{ channel: 0, stage: "out", tensors }], context).cards);

test("a word, with how sure the model is; the highest score; a number", () => {
  expect(said(word("yes"), scores)).toEqual({ text: "yes", share: 0.75, isQuiet: false });
  expect(said(scores)).toEqual({ text: "yes", share: 0.75, isQuiet: false });
  expect(said(word("silence"))).toEqual({ text: "silence", share: null, isQuiet: true });
  const number = { type: "f32", dimensions: [1], elements: [0.841470985] } as const;
  expect(headline(read(NO_READINGS, [{ channel: 0, stage: null, tensors: [number] }], context).cards)?.text).toBe(
    "0.8415",
  );
});

test("nothing is said of a table of numbers", () => {
  const table = { type: "f32", dimensions: [20, 40], elements: Array<number>(800).fill(0) } as const;
  expect(headline(read(NO_READINGS, [{ channel: 0, stage: null, tensors: [table] }], context).cards)).toBeNull();
});

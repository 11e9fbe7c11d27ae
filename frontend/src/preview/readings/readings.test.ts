// The readings of a rune's outputs.
import { describe, expect, test } from "vitest";
import type { OutputMessage, OutputTensor } from "../../runtime";
import { agoText, headlineText, millisecondsText, numberText, packNumbers, sizeText } from "./numbers";
import { DEFAULT_CALLING, NO_READINGS, read, scoreText, type Card, type Readings } from "./readings";
import { labelledShares, sharesOf } from "./shares";

const WORDS = ["silence", "unknown", "up", "left"];

const message = (channel: number, ...tensors: OutputTensor[]): OutputMessage => ({ channel, stage: null, tensors });
const word = (text: string): OutputTensor => ({ type: "utf8", dimensions: [1], elements: [text] });
const numbers = (...elements: number[]): OutputTensor => ({ type: "f32", dimensions: [1, elements.length], elements });
const scores = (...elements: number[]): OutputTensor => ({
  ...numbers(...elements),
  meaning: { scale: null, zeroPoint: 0, isProbability: true },
});

function follow(runs: readonly (readonly OutputMessage[])[], isStream = true): Readings[] {
  const all: Readings[] = [];
  let readings = NO_READINGS;
  runs.forEach((outputs, index) => {
    readings = read(readings, outputs, { wordlists: [WORDS], isStream, calling: DEFAULT_CALLING, now: index * 200 });
    all.push(readings);
  });
  return all;
}

const messagesOf = (text: string, ...shares: number[]) => [message(3, word(text)), message(4, scores(...shares))];
const only = (readings: Readings | undefined): Card => {
  const [card] = readings?.cards ?? [];
  if (card === undefined || readings?.cards.length !== 1)
    throw new Error(`expected one card, not ${readings?.cards.length}`);
  return card;
};

describe("a stream of words with scores", () => {
  const up = messagesOf("up", 0.05, 0.05, 0.9, 0);
  const silence = messagesOf("silence", 0.9, 0.1, 0, 0);

  test("is one card, and a word is called when the mean of three windows is above the threshold", () => {
    const cards = follow([silence, silence, silence, up, up]).map(only);
    expect(cards.map((card) => (card.kind === "word" ? (card.word?.text ?? null) : "?"))).toEqual([
      null,
      null,
      "silence",
      "silence",
      null,
    ]);
    const last = follow([silence, silence, silence, up, up, up]).map(only).at(-1);
    expect(last).toMatchObject({ kind: "word", isCalled: true, word: { text: "up", at: 1000 } });
  });

  test("keeps what was called, once for each call, and no silence", () => {
    const last = only(follow([up, up, up, up, silence, silence, silence, up, up, up]).at(-1));
    expect(last.kind === "word" ? last.history.map(({ text, at }) => [text, at]) : null).toEqual([
      ["up", 400],
      ["up", 1800],
    ]);
  });

  test("stand behind one word: a second word of the same list is as the rune sent it", () => {
    const cards = follow([[...up, message(5, word("left"))]]).at(-1)?.cards ?? [];
    expect(cards.map((card) => card.kind === "word" && [card.isCalled, card.word?.text, card.scores.length])).toEqual([
      [true, undefined, 4],
      [false, "left", 0],
    ]);
  });
});

test("a single run takes the word as it came, with its score", () => {
  const card = only(follow([messagesOf("up", 0, 0, 0.4, 0.6)], false)[0]);
  expect(card).toMatchObject({ kind: "word", isCalled: false, word: { text: "up", share: 0.4 } });
});

test("scores are named by a list of words of their length, else numbered", () => {
  const names = (card: Card) =>
    card.kind === "scores" ? [card.isNamed, ...card.scores.map(({ name }) => name)] : null;
  expect(names(only(follow([[message(2, scores(0.4, 0.3, 0.2, 0.1))]])[0]))).toEqual([true, ...WORDS]);
  expect(names(only(follow([[message(2, scores(0, 1, 0))]])[0]))).toEqual([false, "1", "0", "2"]);
});

describe("with two classifiers of as many labels", () => {
  const FRUITS = ["silence", "apple", "pear", "plum"];
  const context = { wordlists: [WORDS, FRUITS], isStream: false, calling: DEFAULT_CALLING, now: 0 };
  const bars = (card: Card | undefined) =>
    card?.kind === "word" || card?.kind === "scores" ? card.scores.map(({ name }) => name) : null;
  const fruit = (text: string) => [message(1, word(text), scores(0.4, 0.3, 0.2, 0.1))];

  test("each word's scores have the names of its own list", () => {
    const outputs = [...fruit("up"), message(2, word("pear"), scores(0.4, 0.3, 0.2, 0.1))];
    const { cards } = read(NO_READINGS, outputs, context);
    expect(cards.map(bars)).toEqual([WORDS, FRUITS]);
  });

  test("a word of both lists keeps the list of the run before", () => {
    const first = read(NO_READINGS, fruit("apple"), context);
    expect(bars(read(first, fruit("silence"), context).cards[0])).toEqual(FRUITS);
  });

  test("scores beside no word are numbered, since nobody says whose they are", () => {
    const { cards } = read(NO_READINGS, [message(1, scores(0.4, 0.3, 0.2, 0.1))], context);
    expect(bars(cards[0])).toEqual(["0", "1", "2", "3"]);
    const same = read(NO_READINGS, [message(1, scores(0.4, 0.3, 0.2, 0.1))], {
      ...context,
      wordlists: [WORDS, [...WORDS]],
    });
    expect(bars(same.cards[0])).toEqual(WORDS);
  });
});

test("scores that come before their word are behind it, once", () => {
  const outputs = [
    message(1, scores(0, 0, 0.9, 0.1)),
    message(2, scores(0, 0, 0.1, 0.9)),
    message(3, word("up"), word("left")),
  ];
  const { cards } = read(NO_READINGS, outputs, {
    wordlists: [WORDS],
    isStream: false,
    calling: DEFAULT_CALLING,
    now: 0,
  });
  expect(cards.map((card) => [card.kind, card.followedTensor.key])).toEqual([
    ["word", "1.0"],
    ["word", "2.0"],
  ]);
});

test("an output that is written twice in a run has a card for each message", () => {
  const cards = follow([[message(1, numbers(1)), message(1, numbers(2))]])[0]?.cards ?? [];
  expect(cards.map(({ key, title }) => [key, title])).toEqual([
    ["1.0", "Output 1"],
    ["1.1", "Output 2"],
  ]);
});

test("scores are probabilities where the model says so, by the scale of their own tensor", () => {
  const bytes = (
    type: "i8" | "u8",
    elements: number[],
    scale: number | null,
    zeroPoint: number,
    isProbability = true,
  ): OutputTensor => ({
    type,
    dimensions: [elements.length],
    elements,
    meaning: { scale, zeroPoint, isProbability },
  });
  expect(sharesOf(scores(0.25, 0.75))).toEqual([0.25, 0.75]);
  expect(sharesOf(scores(2, 3))).toBeNull();
  expect(sharesOf(bytes("i8", [-128, 127], 1 / 256, -128))).toEqual([0, 255 / 256]);
  expect(sharesOf(bytes("u8", [10, 60], 1 / 100, 10))).toEqual([0, 0.5]);
  expect(sharesOf(bytes("u8", [43, 253, 41], 0.0989, 58, false))).toBeNull();
  expect(sharesOf(bytes("i8", [-128, 127], null, 0))).toBeNull();
});

test("bytes and floats that only look like probabilities stay numbers", () => {
  expect(sharesOf({ type: "i8", dimensions: [2], elements: [-128, 127] })).toBeNull();
  expect(sharesOf({ type: "u8", dimensions: [2], elements: [128, 128] })).toBeNull();
  expect(sharesOf(numbers(0.25, 0.75))).toBeNull();
  const card = only(follow([[message(2, numbers(0.25, 0.75))]])[0]);
  expect(card.kind === "scores" ? card.scores.map((score) => scoreText(score)) : null).toEqual(["0.75", "0.25"]);
});

describe("scores of labels that sum to 1", () => {
  const texts = (card: Card) =>
    card.kind === "scores" || card.kind === "word" ? card.scores.map((score) => scoreText(score)) : null;

  test("are percentages although no model says so, as of a random forest", () => {
    const scoresAlone = only(follow([[message(2, numbers(0.7, 0.2, 0.1, 0))]])[0]);
    expect(texts(scoresAlone)).toEqual(["70 %", "20 %", "10 %", "0 %"]);
    const named = only(follow([[message(1, word("up")), message(2, numbers(0.1, 0, 0.9, 0))]], false)[0]);
    expect(texts(named)).toEqual(["90 %", "10 %", "0 %", "0 %"]);
    expect(named).toMatchObject({ kind: "word", word: { text: "up", share: 0.9 } });
  });

  test("are numbers from the first run on that sums to something else", () => {
    const runs = [numbers(0.7, 0.2, 0.1, 0), numbers(0.7, 0.7, 0.1, 0), numbers(0.7, 0.2, 0.1, 0)];
    expect(follow(runs.map((run) => [message(2, run)])).map((readings) => texts(only(readings))?.[0])).toEqual([
      "70 %",
      "0.7",
      "0.7",
    ]);
  });

  test("are not those of bytes, of one number, below 0, and that break what the model says", () => {
    expect(labelledShares({ type: "u8", dimensions: [2], elements: [1, 0] })).toBeNull();
    expect(labelledShares(numbers(1))).toBeNull();
    expect(labelledShares(numbers(-0.5, 1.5))).toBeNull();
    expect(labelledShares(scores(0.5, 0.5))).toBeNull();
  });
});

describe("the order of scores", () => {
  const order = (card: Card) => (card.kind === "scores" ? card.scores.map(({ index }) => index) : null);

  test("is the highest first, of a thousand and one too", () => {
    const many = scores(...Array.from({ length: 1001 }, (_, index) => (index === 700 ? 0.9 : index === 3 ? 0.05 : 0)));
    const card = only(follow([[message(2, many)]])[0]);
    expect(card.kind).toBe("scores");
    expect(order(card)?.slice(0, 3)).toEqual([700, 3, 0]);
  });

  test("changes only when what is read changes", () => {
    const runs = [scores(0.301, 0.5, 0.199), scores(0.2, 0.6, 0.2), scores(0.198, 0.6, 0.202), scores(0.1, 0.6, 0.3)];
    expect(follow(runs.map((run) => [message(2, run)])).map((readings) => order(only(readings)))).toEqual([
      [1, 0, 2],
      [1, 0, 2],
      [1, 0, 2],
      [1, 2, 0],
    ]);
  });

  test("has what is not a number last", () => {
    expect(order(only(follow([[message(2, numbers(NaN, 1, -Infinity, 2))]])[0]))).toEqual([3, 1, 2, 0]);
  });
});

test("a number remembers its past, a picture and a long tensor are shown as such", () => {
  const number = only(follow([[message(2, scores(1))], [message(2, scores(2))]]).at(-1));
  expect(number).toMatchObject({ kind: "number", value: 2, past: [[1], [2]] });
  const picture: OutputTensor = { type: "u8", dimensions: [1, 8, 8, 1], elements: Array<number>(64).fill(0) };
  expect(only(follow([[message(2, picture)]])[0]).kind).toBe("image");
  const table: OutputTensor = { type: "u8", dimensions: [10, 10], elements: Array<number>(100).fill(0) };
  expect(only(follow([[message(2, table)]])[0]).kind).toBe("values");
});

test("tensors of one output are numbered", () => {
  const titles = follow([[message(2, word("a"), word("b"))]])[0]?.cards.map(({ title }) => title);
  expect(titles).toEqual(["Output 1", "Output 2"]);
});

test("numbers are packed little-endian and held inside their type", () => {
  expect([...new Uint8Array(packNumbers("u8", [300, -1, 7.6]))]).toEqual([255, 0, 8]);
  expect([...new Float32Array(packNumbers("f32", [0.5]))]).toEqual([0.5]);
  expect([...new BigInt64Array(packNumbers("i64", [-2]))]).toEqual([-2n]);
});

test("figures have units", () => {
  expect([0.0684, 0.5, 3.21, 38.4, 1500].map(millisecondsText)).toEqual([
    "0.07 ms",
    "0.50 ms",
    "3.2 ms",
    "38 ms",
    "1.5 s",
  ]);
  expect([512, 47512, 131072, 2_500_000].map(sizeText)).toEqual(["512 B", "47.5 kB", "131 kB", "2.5 MB"]);
  expect(numberText(0.697278738)).toBe("0.69727874");
  expect([0.00021380931, -3.14159265, 12345.678, 999_999, -123_456_789, 2 ** 63].map(headlineText)).toEqual([
    "0.0002138",
    "-3.142",
    "12,350",
    "1 million",
    "-123.5 million",
    "9.223e+18",
  ]);
  expect([Number.NaN, 9999, 0].map(headlineText)).toEqual(["not a number", "9999", "0"]);
  expect([300, 4200, 61000].map(agoText)).toEqual(["just now", "4 s ago", "1 min ago"]);
});

test("bars and the best word follow the mean of the windows, not the last of them", () => {
  const [first, second] = [messagesOf("up", 0, 0.1, 0.9, 0), messagesOf("left", 0, 0.1, 0.4, 0.5)];
  const card = only(follow([first, first, second]).at(-1));
  const best = card.kind === "word" ? card.scores.toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0))[0] : null;
  expect(best).toMatchObject({ name: "up", value: 0.4 });
  expect(card).toMatchObject({ word: { text: "up" } });
});

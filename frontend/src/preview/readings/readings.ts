// Turns the outputs of a rune into what a person reads: which tensor is a word, which are scores, when a word counts as
// called. Pure functions over plain data; components draw the result.
import type { OutputMessage, OutputTensor } from "../../runtime";
import { certaintyText } from "../../look/certainty/certainty";
import { numberText } from "./numbers";
import { isQuiet } from "./quiet";
import { labelledShares, sharesOf } from "./shares";
import { isPicture, tableOf } from "./tables";

/** How windows of a stream become a called word. */
export interface Calling {
  /** Scores of this many windows are averaged. */
  readonly windows: number;
  /** A word is called when its mean is above this, 0 to 1. */
  readonly threshold: number;
}

export const DEFAULT_CALLING: Calling = { windows: 3, threshold: 0.6 };

export interface OutputScore {
  /** Its place in the tensor, from 0: what it is known by from run to run. */
  readonly index: number;
  readonly name: string;
  readonly value: number;
  /** Its probability, 0 to 1, where the model gives such; else null. */
  readonly share: number | null;
}

export interface Word {
  readonly text: string;
  /** 0 to 1, where scores say so. */
  readonly share: number | null;
  /** When it was first read, in milliseconds of the page's clock. */
  readonly at: number;
  /** Says that nothing of interest is there: silence, noise, an unknown word. */
  readonly isQuiet: boolean;
}

interface CardBase {
  readonly key: string;
  readonly title: string;
  /** The output stage that sent it, where the rune says so, and which of its tensors it is. */
  readonly stage: string | null;
  readonly index: number;
  /** The tensor of the output. */
  readonly tensor: OutputTensor;
  /** The numbers of the last runs, oldest first; of a word, those of its scores. Empty where there are too many to follow. */
  readonly past: readonly (readonly number[])[];
  /** The names of these numbers. */
  readonly names: readonly string[];
  /** The tensor that these numbers are of: its output, its place there, its key. Of a word, that of its scores. */
  readonly followedTensor: { readonly stage: string | null; readonly index: number; readonly key: string };
}

export type Card = CardBase &
  (
    | {
        readonly kind: "word";
        readonly word: Word | null;
        readonly history: readonly Word[];
        /** The highest first. */
        readonly scores: readonly OutputScore[];
        readonly isCalled: boolean;
        /** Windows that the scores are the mean of; 1 where none are averaged. */
        readonly windows: number;
        /** The tensor of the scores behind the word. */
        readonly scoredTensor: OutputTensor | null;
      }
    | {
        readonly kind: "scores";
        /** The highest first. */
        readonly scores: readonly OutputScore[];
        /** Whether words for them are known. */
        readonly isNamed: boolean;
      }
    | {
        readonly kind: "number";
        readonly value: number;
        /** 0 to 1, where the number is a probability. */
        readonly share: number | null;
      }
    | { readonly kind: "image" }
    | { readonly kind: "values" }
    | { readonly kind: "texts"; readonly texts: readonly string[] }
  );

/** The state from run to run, by card. */
interface Memory {
  readonly shares: readonly (readonly number[])[];
  readonly word: Word | null;
  readonly history: readonly Word[];
  readonly past: readonly (readonly number[])[];
  /** The places of the scores in the order in which they were shown. */
  readonly order: readonly number[];
  /** The list that the word was found in. */
  readonly words: Words;
  /** Whether the scores of a run were no shares of their labels. */
  readonly hasOtherNumbers: boolean;
}

/** The names of scores by their places, where a list of them is known. */
type Words = readonly string[] | undefined;

export interface Readings {
  readonly cards: readonly Card[];
  readonly memories: Readonly<Record<string, Memory>>;
}

export const NO_READINGS: Readings = { cards: [], memories: {} };

const NO_MEMORY: Memory = {
  shares: [],
  word: null,
  history: [],
  past: [],
  order: [],
  words: undefined,
  hasOtherNumbers: false,
};
const HISTORY = 12;
const PAST = 120;
/** Numbers of one output that are followed from run to run. */
const FOLLOWED = 16;
/** Above this many, a vector is numbers and no scores of classes. */
const SCORE_LIMIT = 4096;

interface Context {
  readonly wordlists: readonly (readonly string[])[];
  /** Whether the input streams by itself, so that windows follow one another in time. */
  readonly isStream: boolean;
  readonly calling: Calling;
  readonly now: number;
}

interface NamedOutput {
  readonly key: string;
  readonly stage: string | null;
  readonly index: number;
  readonly title: string;
  readonly tensor: OutputTensor;
}

/** The cards after one more run. */
export function read(before: Readings, outputs: readonly OutputMessage[], context: Context): Readings {
  const tensors = namedOutputs(outputs);
  const partners = partnersOf(tensors, context.wordlists);
  const behindWords = new Set(partners.values());
  const memories: Record<string, Memory> = {};
  const cards = tensors.flatMap((item): Card[] => {
    if (behindWords.has(item)) return [];
    const memory = before.memories[item.key] ?? NO_MEMORY;
    const remember = (changes: Partial<Memory>) => {
      memories[item.key] = { ...memory, ...changes };
    };
    return isWord(item.tensor)
      ? [wordCard(item, partners.get(item) ?? null, memory, remember, context)]
      : [plainCard(item, memory, remember, context)];
  });
  return { cards, memories };
}

/** One entry for each tensor; an output that sends several numbers them, in as many messages as they come. */
export function namedOutputs(outputs: readonly OutputMessage[]): NamedOutput[] {
  const totals = new Map<number, number>();
  const rows = outputs.flatMap(({ channel, stage, tensors }) =>
    tensors.map((tensor, index) => {
      const place = totals.get(channel) ?? 0;
      totals.set(channel, place + 1);
      return { channel, stage, index, place, tensor };
    }),
  );
  return rows.map(({ channel, stage, index, place, tensor }) => {
    const name = stage ?? (totals.size > 1 ? `Output ${channel}` : "Output");
    const title = (totals.get(channel) ?? 0) > 1 ? `${name} ${place + 1}` : name;
    return { key: `${channel}.${place}`, stage, index, title, tensor };
  });
}

function isWord(tensor: OutputTensor): boolean {
  return tensor.type === "utf8" && tensor.elements.length === 1;
}

/**
 * The scores that stand behind each word: as many as a list of words that the word comes from. They stand behind one
 * word; a second word of the same list says something else of them.
 */
function partnersOf(
  tensors: readonly NamedOutput[],
  wordlists: Context["wordlists"],
): ReadonlyMap<NamedOutput, NamedOutput> {
  /** The positions of scores by their count, the first in front. */
  const free = new Map<number, number[]>();
  for (const [position, { tensor }] of tensors.entries()) {
    const { length } = tensor.elements;
    if (!isScores(tensor)) continue;
    if (!free.has(length)) free.set(length, []);
    free.get(length)?.push(position);
  }
  const partners = new Map<NamedOutput, NamedOutput>();
  for (const item of tensors) {
    if (!isWord(item.tensor)) continue;
    const lists = wordlists.filter(({ length }) => free.has(length));
    const counts = lists.filter((words) => words.includes(textOf(item.tensor))).map(({ length }) => length);
    const position = Math.min(...counts.map((count) => free.get(count)?.[0] ?? Infinity));
    const scores = tensors[position];
    if (scores === undefined) continue;
    free.get(scores.tensor.elements.length)?.shift();
    partners.set(item, scores);
  }
  return partners;
}

function textOf({ elements }: OutputTensor): string {
  return String(elements[0]);
}

/** A row of numbers; a table of a few is read as one too. */
function isScores(tensor: OutputTensor): boolean {
  const { type, elements } = tensor;
  return (
    type !== "utf8" &&
    elements.length > 1 &&
    elements.length <= SCORE_LIMIT &&
    tableOf(tensor) === null &&
    (isRow(tensor) || elements.length <= FOLLOWED)
  );
}

function isRow({ dimensions }: OutputTensor): boolean {
  return dimensions.filter((size) => size > 1).length <= 1;
}

function wordCard(
  item: NamedOutput,
  partner: NamedOutput | null,
  memory: Memory,
  remember: (changes: Partial<Memory>) => void,
  context: Context,
): Card {
  const text = textOf(item.tensor);
  const scoreTensor = partner?.tensor ?? null;
  const words = scoreTensor === null ? undefined : listOf(text, scoreTensor, context.wordlists, memory.words);
  const shares = scoreTensor === null ? null : namedShares(scoreTensor, words, memory);
  const hasOtherNumbers = shares === null;
  const past = scoreTensor === null ? [] : pastNumbers(memory, scoreTensor);
  const names = scoreTensor === null ? [] : namesOf(scoreTensor, words);
  const { key, title, stage, index } = item;
  const frame = {
    kind: "word",
    key,
    title,
    stage,
    index,
    tensor: item.tensor,
    scoredTensor: scoreTensor,
    past,
    names,
    followedTensor: placeOf(partner ?? item),
  } as const;
  if (scoreTensor !== null && shares !== null && context.isStream) {
    const recent = [...memory.shares, shares].slice(-context.calling.windows);
    const scores = ranked(scoresOf(scoreTensor, words, meanOf(recent)), memory.order);
    const isFull = recent.length >= context.calling.windows;
    const calledWord = isFull ? callWord(scores, memory.word, context) : null;
    const history = historyWith(memory.history, calledWord);
    remember({ shares: recent, word: calledWord, history, past, order: orderOf(scores), words, hasOtherNumbers });
    return { ...frame, word: calledWord, history, scores, isCalled: true, windows: recent.length };
  }
  const scores = scoreTensor === null ? [] : ranked(scoresOf(scoreTensor, words, shares), memory.order);
  const share = scores.find((score) => score.name === text)?.share ?? null;
  const isSame = memory.word?.text === text;
  const word: Word = {
    text,
    share,
    at: isSame && memory.word !== null ? memory.word.at : context.now,
    isQuiet: isQuiet(text),
  };
  const history = isSame || word.isQuiet ? memory.history : [...memory.history, word].slice(-HISTORY);
  remember({ word, history, shares: [], past, order: orderOf(scores), words, hasOtherNumbers });
  return { ...frame, word, history, scores, isCalled: false, windows: 1 };
}

/** The calls with this one: one entry for each call, with the highest certainty that it had. */
function historyWith(history: readonly Word[], word: Word | null): readonly Word[] {
  if (word === null || word.isQuiet) return history;
  const last = history.at(-1);
  if (last?.at !== word.at) return [...history, word].slice(-HISTORY);
  return (word.share ?? 0) > (last.share ?? 0) ? [...history.slice(0, -1), word] : history;
}

/** The word whose mean is above the threshold; while it stays above, it is the same call. */
function callWord(scores: readonly OutputScore[], before: Word | null, { calling, now }: Context): Word | null {
  const best = scores.reduce<OutputScore | null>(
    (top, score) => ((score.share ?? 0) > (top?.share ?? 0) ? score : top),
    null,
  );
  if (best === null || (best.share ?? 0) <= calling.threshold) return null;
  const at = before?.text === best.name ? before.at : now;
  return { text: best.name, share: best.share, at, isQuiet: isQuiet(best.name) };
}

function plainCard(
  item: NamedOutput,
  memory: Memory,
  remember: (changes: Partial<Memory>) => void,
  context: Context,
): Card {
  const { key, title, stage, index, tensor } = item;
  const common = { key, title, stage, index, tensor, followedTensor: placeOf(item) };
  if (tensor.type === "utf8")
    return { kind: "texts", ...common, past: [], names: [], texts: tensor.elements.map(String) };
  const past = pastNumbers(memory, tensor);
  if (past.length > 0) remember({ past });
  const words = onlyListFor(tensor, context.wordlists);
  const base = { ...common, past, names: namesOf(tensor, words) };
  if (tensor.elements.length === 1)
    return { kind: "number", ...base, value: Number(tensor.elements[0]), share: sharesOf(tensor)?.[0] ?? null };
  if (isPicture(tensor)) return { kind: "image", ...base };
  if (!isScores(tensor)) return { kind: "values", ...base };
  const shares = namedShares(tensor, words, memory);
  const scores = ranked(scoresOf(tensor, words, shares), memory.order);
  remember({ past, order: orderOf(scores), hasOtherNumbers: shares === null });
  return { kind: "scores", ...base, scores, isNamed: words !== undefined };
}

function placeOf({ stage, index, key }: NamedOutput): Card["followedTensor"] {
  return { stage, index, key };
}

/** The numbers of the last runs with this one's; none where there are too many, or where their count changed. */
function pastNumbers(memory: Memory, { elements }: OutputTensor): readonly (readonly number[])[] {
  if (elements.length === 0 || elements.length > FOLLOWED) return [];
  const before = memory.past[0]?.length === elements.length ? memory.past : [];
  return [...before, elements.map(Number)].slice(-PAST);
}

function namesOf(tensor: OutputTensor, words: Words): readonly string[] {
  if (tensor.elements.length > FOLLOWED) return [];
  return scoresOf(tensor, words, null).map(({ name }) => name);
}

/** The probabilities of scores: as the model says, or as labels show that have summed to 1 in each run so far. */
function namedShares(tensor: OutputTensor, words: Words, { hasOtherNumbers }: Memory): number[] | null {
  return sharesOf(tensor) ?? (words === undefined || hasOtherNumbers ? null : labelledShares(tensor));
}

function scoresOf(tensor: OutputTensor, words: Words, shares: readonly number[] | null): OutputScore[] {
  return tensor.elements.map((value, index) => ({
    index,
    name: words?.[index] ?? String(index),
    value: Number(value),
    share: shares?.[index] ?? null,
  }));
}

/** The list of these scores that holds the word. Where several do, such as with "silence", the one before counts. */
function listOf(text: string, scores: OutputTensor, wordlists: Context["wordlists"], before: Words): Words {
  const lists = wordlists.filter((list) => list.length === scores.elements.length && list.includes(text));
  return lists.find((list) => list === before) ?? lists[0];
}

/** The list of scores beside no word: nobody says which, where several lists have their length. */
function onlyListFor({ elements }: OutputTensor, wordlists: Context["wordlists"]): Words {
  const [list, ...others] = wordlists.filter(({ length }) => length === elements.length);
  return others.every((other) => String(other) === String(list)) ? list : undefined;
}

/**
 * The highest first. Two that read the same keep the order in which they stood, so that what streams does not make bars
 * change places over differences that nobody can see.
 */
export function ranked(scores: readonly OutputScore[], order: readonly number[]): OutputScore[] {
  const places = new Map(order.map((index, place) => [index, place]));
  const weights = new Map(scores.map((score) => [score, Number(scoreText(score, true))]));
  const place = ({ index }: OutputScore) => places.get(index) ?? index;
  // NaN comes last.
  const weight = (score: OutputScore) => weights.get(score) ?? -Infinity;
  const above = (one: number, other: number) =>
    Number.isNaN(one) ? (Number.isNaN(other) ? 0 : 1) : Number.isNaN(other) ? -1 : other - one;
  return scores.toSorted(
    (one, other) =>
      (weight(one) === weight(other) ? 0 : above(weight(one), weight(other))) || place(one) - place(other),
  );
}

function orderOf(scores: readonly OutputScore[]): readonly number[] {
  return scores.map(({ index }) => index);
}

/** A score as it is read: percent of a probability, four digits of another number. `isBare`: a number alone. */
export function scoreText({ value, share }: OutputScore, isBare = false): string {
  if (share === null) return isBare ? String(Number(value.toPrecision(4))) : numberText(Number(value.toPrecision(4)));
  return isBare ? String(Math.round(share * 100)) : certaintyText(share);
}

function meanOf(windows: readonly (readonly number[])[]): number[] {
  const first = windows[0] ?? [];
  return first.map((_, index) => windows.reduce((sum, shares) => sum + (shares[index] ?? 0), 0) / windows.length);
}

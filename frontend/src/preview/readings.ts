// From what a rune sent to what a person reads: which tensor is a word, which are scores, when a word counts as called.
// Pure functions over plain data; components draw what they give.
import type { OutputMessage, OutputTensor } from "../runtime";

/** How windows of a stream become a called word. */
export interface Calling {
  /** Scores of this many windows are averaged. */
  readonly windows: number;
  /** A word is called when its mean is above this, 0 to 1. */
  readonly threshold: number;
}

export const DEFAULT_CALLING: Calling = { windows: 3, threshold: 0.6 };

export interface Score {
  readonly name: string;
  readonly value: number;
  /** 0 to 1 where the scores are shares of one whole; else null. */
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
  /** What the output sent. */
  readonly tensor: OutputTensor;
  /** The numbers of the last runs, oldest first; of a word, those of its scores. Empty where there are too many to follow. */
  readonly past: readonly (readonly number[])[];
  /** What each of these numbers is called. */
  readonly names: readonly string[];
}

export type Card = CardBase &
  (
    | {
        readonly kind: "word";
        readonly word: Word | null;
        readonly history: readonly Word[];
        readonly scores: readonly Score[];
        readonly isCalled: boolean;
        /** The tensor of the scores behind the word. */
        readonly scored: OutputTensor | null;
      }
    | { readonly kind: "scores"; readonly scores: readonly Score[] }
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "image" }
    | { readonly kind: "values" }
    | { readonly kind: "texts"; readonly texts: readonly string[] }
  );

/** What is remembered from run to run, by card. */
interface Memory {
  readonly shares: readonly (readonly number[])[];
  readonly word: Word | null;
  readonly history: readonly Word[];
  readonly past: readonly (readonly number[])[];
}

export interface Readings {
  readonly cards: readonly Card[];
  readonly memories: Readonly<Record<string, Memory>>;
}

export const NO_READINGS: Readings = { cards: [], memories: {} };

const NO_MEMORY: Memory = { shares: [], word: null, history: [], past: [] };
const HISTORY = 12;
const PAST = 120;
/** Numbers of one output that are followed from run to run. */
const FOLLOWED = 16;
const SCORE_LIMIT = 64;
const QUIET = new Set(["silence", "unknown", "noise", "background", "none", "nothing", "other", "negative"]);

interface Context {
  readonly wordlists: readonly (readonly string[])[];
  /** Whether the input streams by itself, so that windows follow one another in time. */
  readonly isStream: boolean;
  readonly calling: Calling;
  readonly now: number;
}

interface Named {
  readonly key: string;
  readonly title: string;
  readonly tensor: OutputTensor;
}

/** The cards after one more run. */
export function read(before: Readings, outputs: readonly OutputMessage[], context: Context): Readings {
  const tensors = named(outputs);
  const used = new Set<Named>();
  const memories: Record<string, Memory> = {};
  const cards = tensors.flatMap((item): Card[] => {
    if (used.has(item)) return [];
    const memory = before.memories[item.key] ?? NO_MEMORY;
    const remember = (changed: Partial<Memory>) => {
      memories[item.key] = { ...memory, ...changed };
    };
    if (isWord(item.tensor)) {
      const scores = partner(item, tensors, context.wordlists);
      if (scores !== null) used.add(scores);
      return [wordCard(item, scores?.tensor ?? null, memory, remember, context)];
    }
    if (partnered(item, tensors, context.wordlists)) return [];
    return [plainCard(item, memory, remember, context)];
  });
  return { cards, memories };
}

/** One entry for each tensor; an output that sends several numbers them. */
function named(outputs: readonly OutputMessage[]): Named[] {
  return outputs.flatMap(({ channel, stage, tensors }) =>
    tensors.map((tensor, index) => {
      const name = stage ?? (outputs.length > 1 ? `Output ${channel}` : "Output");
      return {
        key: `${channel}.${index}`,
        title: tensors.length > 1 ? `${name} ${index + 1}` : name,
        tensor,
      };
    }),
  );
}

function isWord(tensor: OutputTensor): boolean {
  return tensor.type === "utf8" && tensor.elements.length === 1;
}

/** The scores that stand behind a word: as many as a list of words that the word comes from. */
function partner(word: Named, tensors: readonly Named[], wordlists: Context["wordlists"]): Named | null {
  const text = String(word.tensor.elements[0]);
  const counts = wordlists.filter((words) => words.includes(text)).map((words) => words.length);
  return tensors.find(({ tensor }) => isScores(tensor) && counts.includes(tensor.elements.length)) ?? null;
}

function partnered(scores: Named, tensors: readonly Named[], wordlists: Context["wordlists"]): boolean {
  return tensors.some((item) => isWord(item.tensor) && partner(item, tensors, wordlists) === scores);
}

function isScores(tensor: OutputTensor): boolean {
  return tensor.type !== "utf8" && tensor.elements.length > 1 && tensor.elements.length <= SCORE_LIMIT;
}

function wordCard(
  item: Named,
  scoreTensor: OutputTensor | null,
  memory: Memory,
  remember: (changed: Partial<Memory>) => void,
  context: Context,
): Card {
  const text = String(item.tensor.elements[0]);
  const shares = scoreTensor === null ? null : sharesOf(scoreTensor);
  const past = scoreTensor === null ? [] : followed(memory, scoreTensor);
  const names = scoreTensor === null ? [] : namesOf(scoreTensor, context.wordlists);
  const frame = { kind: "word", key: item.key, title: item.title, tensor: item.tensor, scored: scoreTensor, past, names } as const;
  if (scoreTensor !== null && shares !== null && context.isStream) {
    const kept = [...memory.shares, shares].slice(-context.calling.windows);
    const scores = scoresOf(scoreTensor, context.wordlists, meanOf(kept));
    const isFull = kept.length >= context.calling.windows;
    const called = isFull ? callWord(scores, memory.word, context) : null;
    const isNew = called !== null && called.at !== memory.word?.at;
    const history = isNew && !called.isQuiet ? [...memory.history, called].slice(-HISTORY) : memory.history;
    remember({ shares: kept, word: called, history, past });
    return { ...frame, word: called, history, scores, isCalled: true };
  }
  const scores = scoreTensor === null ? [] : scoresOf(scoreTensor, context.wordlists, shares);
  const share = scores.find((score) => score.name === text)?.share ?? null;
  const isSame = memory.word?.text === text;
  const word: Word = { text, share, at: isSame && memory.word !== null ? memory.word.at : context.now, isQuiet: isQuiet(text) };
  const history = isSame || word.isQuiet ? memory.history : [...memory.history, word].slice(-HISTORY);
  remember({ word, history, shares: [], past });
  return { ...frame, word, history, scores, isCalled: false };
}

/** The word whose mean is above the threshold; while it stays above, it is the same call. */
function callWord(scores: readonly Score[], before: Word | null, { calling, now }: Context): Word | null {
  const best = scores.reduce<Score | null>((top, score) => ((score.share ?? 0) > (top?.share ?? 0) ? score : top), null);
  if (best === null || (best.share ?? 0) <= calling.threshold) return null;
  const at = before?.text === best.name ? before.at : now;
  return { text: best.name, share: best.share, at, isQuiet: isQuiet(best.name) };
}

function plainCard(
  item: Named,
  memory: Memory,
  remember: (changed: Partial<Memory>) => void,
  context: Context,
): Card {
  const { key, title, tensor } = item;
  if (tensor.type === "utf8") return { kind: "texts", key, title, tensor, past: [], names: [], texts: tensor.elements.map(String) };
  const past = followed(memory, tensor);
  if (past.length > 0) remember({ past });
  const base = { key, title, tensor, past, names: namesOf(tensor, context.wordlists) };
  if (tensor.elements.length === 1) return { kind: "number", ...base, value: Number(tensor.elements[0]) };
  if (isPicture(tensor)) return { kind: "image", ...base };
  if (!isScores(tensor)) return { kind: "values", ...base };
  return { kind: "scores", ...base, scores: scoresOf(tensor, context.wordlists, sharesOf(tensor)) };
}

/** The numbers of the last runs with this one's; none where there are too many, or where their count changed. */
function followed(memory: Memory, { elements }: OutputTensor): readonly (readonly number[])[] {
  if (elements.length === 0 || elements.length > FOLLOWED) return [];
  const before = memory.past[0]?.length === elements.length ? memory.past : [];
  return [...before, elements.map(Number)].slice(-PAST);
}

function namesOf(tensor: OutputTensor, wordlists: Context["wordlists"]): readonly string[] {
  if (tensor.elements.length > FOLLOWED) return [];
  return scoresOf(tensor, wordlists, null).map(({ name }) => name);
}

/** `[1, h, w, 1 or 3]` of a size that can be looked at. */
function isPicture({ dimensions }: OutputTensor): boolean {
  const [batch = 0, height = 0, width = 0, channels = 0] = dimensions;
  return dimensions.length === 4 && batch === 1 && height >= 8 && width >= 8 && (channels === 1 || channels === 3);
}

/**
 * Scores as shares of one whole, where they are that: floats that add up to 1, or bytes of a quantised softmax, whose
 * scale is 1/256 by convention.
 */
export function sharesOf({ type, elements }: OutputTensor): number[] | null {
  const numbers = elements.map(Number);
  const shares =
    type === "i8" ? numbers.map((value) => (value + 128) / 256) : type === "u8" ? numbers.map((value) => value / 256) : numbers;
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.every((share) => share >= 0 && share <= 1.0001) && Math.abs(sum - 1) < 0.06 ? shares : null;
}

function scoresOf(tensor: OutputTensor, wordlists: Context["wordlists"], shares: readonly number[] | null): Score[] {
  const words = wordlists.find((list) => list.length === tensor.elements.length);
  return tensor.elements.map((value, index) => ({
    name: words?.[index] ?? String(index),
    value: Number(value),
    share: shares?.[index] ?? null,
  }));
}

function meanOf(windows: readonly (readonly number[])[]): number[] {
  const first = windows[0] ?? [];
  return first.map((_, index) => windows.reduce((sum, shares) => sum + (shares[index] ?? 0), 0) / windows.length);
}

function isQuiet(text: string): boolean {
  return QUIET.has(text.toLowerCase().replaceAll(/^[\s_<([]+|[\s_>)\]]+$/g, ""));
}

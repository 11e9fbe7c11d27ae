// A run of a card of Explore: a published rune on its first example input, window by window, in a sandbox of its own.
import {
  callingOf,
  examplesFor,
  FrameEngine,
  headline,
  latestOf,
  NO_READINGS,
  read,
  shownBytes,
  someInput,
  windowsOf,
  type Card,
  type Headline,
  type HostFile,
  type Readings,
} from "../../preview";
import { DEFAULT_LIMITS, type CapabilityRequest, type LoadExtras } from "../../runtime";
import { listedFiles } from "../example-files";
import { fetchRune } from "../fetch-rune";

/** A rune that a card runs: its address, and its example files, fetched when they are asked for. */
export interface CardRune {
  readonly rune: string;
  readonly files: (signal: AbortSignal) => Promise<readonly HostFile[]>;
}

/** The values that the card shows after a window. */
export interface CardNews {
  readonly request: CapabilityRequest;
  /** The newest input, or the last ones of a stream. */
  readonly input: ArrayBuffer;
  /** The input in words, where it is no recording. */
  readonly inputText: string;
  /** Null before the first answer. */
  readonly headline: Headline | null;
  /** The highest scores behind it, the highest first; empty where the rune gives no probabilities. */
  readonly bars: readonly Bar[];
}

/** A score that is a probability, 0 to 1. */
export interface Bar {
  readonly name: string;
  readonly share: number;
}

/** An input of the rune: its windows, and the milliseconds from one to the next. */
interface Feed {
  readonly request: CapabilityRequest;
  readonly text: string;
  readonly count: number;
  readonly step: number;
  readonly at: (index: number) => ArrayBuffer;
}

/** Scores that a card shows. */
const MOST_BARS = 3;
/** Windows that are played of a long recording. */
const MOST_WINDOWS = 240;
/** Milliseconds between two windows, at least. */
const SHORTEST_STEP = 20;
/** Milliseconds after which an answer that nobody waits for is what it is by then. */
const LONGEST_RUN = 3000;

/** Plays the example once. Rejects with an Error whose message is for a person. */
export async function playExample(
  container: HTMLElement,
  tag: string,
  signal: AbortSignal,
  onNews: (news: CardNews) => void,
): Promise<void> {
  const pause = (feed: Feed) => waitFor(Math.max(SHORTEST_STEP, feed.step), signal);
  for await (const news of runs(container, published(tag, "rune"), signal, {}, pause)) onNews(news);
}

/**
 * Returns what the rune answers at the end of its example, as fast as it runs; null where it answers nothing that is said in one
 * line. The page does it of its own accord, so it counts as no use of the rune, and no interpreter is fetched for it.
 * Rejects as `playExample` does.
 */
export function answerExample(container: HTMLElement, tag: string): Promise<CardNews | null> {
  return answerOnce(container, published(tag, "rune?automatic=1"));
}

/** Returns the same for a rune of any address. `choose` says which of two answers the card shows. */
export async function answerOnce(
  container: HTMLElement,
  cardRune: CardRune,
  choose: (before: CardNews | null, now: CardNews) => CardNews = (_, now) => now,
): Promise<CardNews | null> {
  const signal = new AbortController().signal;
  let [chosen, end]: [CardNews | null, number] = [null, Infinity];
  for await (const news of runs(container, cardRune, signal, { mayFetch: false })) {
    if (end === Infinity) end = performance.now() + LONGEST_RUN;
    chosen = choose(chosen, news);
    if (performance.now() > end) break;
  }
  return chosen?.headline === null ? null : chosen;
}

/**
 * Returns a choice of the answer that came least often in a recording, the last of these: one word among much silence
 * tells more than the silence. An answer that says that nothing is there is chosen only while there is no other.
 */
export function rarestAnswer(): (before: CardNews | null, now: CardNews) => CardNews {
  const answers = new Map<string, { readonly count: number; readonly news: CardNews }>();
  return (_, now) => {
    if (now.headline === null) return now;
    const { text } = now.headline;
    answers.set(text, { count: (answers.get(text)?.count ?? 0) + 1, news: now });
    const loudAnswers = [...answers.values()].filter(({ news }) => news.headline?.isQuiet === false);
    const least = Math.min(...loudAnswers.map(({ count }) => count));
    return loudAnswers.findLast(({ count }) => count === least)?.news ?? now;
  };
}

/** The rune of a published tag, and the examples that the server lists for it. */
function published(tag: string, path: string): CardRune {
  return { rune: `${tag}/${path}`, files: (signal) => listedFiles(`${tag}/examples`, signal) };
}

async function* runs(
  container: HTMLElement,
  cardRune: CardRune,
  signal: AbortSignal,
  extras: LoadExtras,
  pause: (feed: Feed) => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<CardNews, void, void> {
  const [rune, files] = await Promise.all([fetchRune(cardRune.rune, signal, () => undefined), cardRune.files(signal)]);
  const engine = new FrameEngine(undefined);
  engine.attach(container);
  try {
    const loadedRune = await engine.load(rune, DEFAULT_LIMITS, extras);
    const feeds = await Promise.all(loadedRune.capabilities.map((request) => feedOf(request, files)));
    const main = feeds.find(({ count }) => count > 1) ?? feeds[0];
    if (main === undefined) throw new Error("This rune reads no input.");
    const count = Math.min(main.count, MOST_WINDOWS);
    let [readings, latestHeadline, latestBars, latestInput]: [
      Readings,
      Headline | null,
      readonly Bar[],
      ArrayBuffer | null,
    ] = [NO_READINGS, null, [], null];
    for (let index = 0; index < count; index += 1) {
      if (index > 0) await pause(main);
      if (signal.aborted) return;
      const inputs = new Map(feeds.map((feed) => [feed.request.id, feed.at(Math.min(index, feed.count - 1))]));
      const { outputs } = await engine.run(inputs);
      if (outputs.length > 0) {
        const context = { calling: callingOf(loadedRune), wordlists: loadedRune.wordlists, isStream: count > 1 };
        readings = read(readings, outputs, { ...context, now: performance.now() });
        const newHeadline = later(latestHeadline, headline(readings.cards));
        // The bars are those of the answer that the card shows.
        if (newHeadline !== latestHeadline || latestBars.length === 0) latestBars = barsOf(readings.cards);
        latestHeadline = newHeadline;
      }
      const input = inputs.get(main.request.id) ?? new ArrayBuffer(0);
      latestInput = latestOf(latestInput, input, shownBytes(main.request));
      yield {
        request: main.request,
        input: latestInput,
        inputText: main.text,
        headline: latestHeadline,
        bars: latestBars,
      };
    }
  } finally {
    engine.close();
  }
}

/** Returns the highest scores of the first output whose scores are probabilities. */
export function barsOf(cards: readonly Card[]): readonly Bar[] {
  for (const card of cards) {
    if (card.kind !== "word" && card.kind !== "scores") continue;
    const bars = card.scores.flatMap(({ name, share }) => (share === null ? [] : [{ name, share }]));
    if (bars.length > 0) return bars.slice(0, MOST_BARS);
  }
  return [];
}

/** Silence after a word does not take the word away. */
export function later(before: Headline | null, now: Headline | null): Headline | null {
  return now === null || (now.isQuiet && before !== null) ? before : now;
}

async function feedOf(request: CapabilityRequest, files: readonly HostFile[]): Promise<Feed> {
  const example = examplesFor(request, files)[0];
  const windows = example === undefined ? null : windowsOf(await example.read(), request);
  if (windows !== null) return { request, text: "", count: windows.count, step: windows.step, at: windows.at };
  const { data, text } = someInput(request);
  return { request, text, count: 1, step: 0, at: () => data };
}

function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

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
  type Headline,
  type HostFile,
  type Readings,
} from "../../preview";
import { DEFAULT_LIMITS, type CapabilityRequest, type LoadExtras } from "../../runtime";
import { listedFiles } from "../example-files";
import { fetchRune } from "../fetch-rune";

/** The values that the card shows after a window. */
export interface CardNews {
  readonly request: CapabilityRequest;
  /** The newest input, or the last ones of a stream. */
  readonly input: ArrayBuffer;
  /** The input in words, where it is no recording. */
  readonly inputText: string;
  /** Null before the first answer. */
  readonly headline: Headline | null;
}

/** An input of the rune: its windows, and the milliseconds from one to the next. */
interface Feed {
  readonly request: CapabilityRequest;
  readonly text: string;
  readonly count: number;
  readonly step: number;
  readonly at: (index: number) => ArrayBuffer;
}

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
  for await (const news of runs(container, `${tag}/rune`, `${tag}/examples`, signal, {}, pause)) onNews(news);
}

/**
 * Returns what the rune answers at the end of its example, as fast as it runs; null where it answers nothing that is said in one
 * line. The page does it of its own accord, so it counts as no use of the rune, and no interpreter is fetched for it.
 * Rejects as `playExample` does.
 */
export async function answerExample(container: HTMLElement, tag: string): Promise<CardNews | null> {
  const signal = new AbortController().signal;
  let [last, end]: [CardNews | null, number] = [null, Infinity];
  const rune = `${tag}/rune?automatic=1`;
  for await (const news of runs(container, rune, `${tag}/examples`, signal, { mayFetch: false })) {
    if (end === Infinity) end = performance.now() + LONGEST_RUN;
    last = news;
    if (performance.now() > end) break;
  }
  return last?.headline === null ? null : last;
}

async function* runs(
  container: HTMLElement,
  address: string,
  examples: string,
  signal: AbortSignal,
  extras: LoadExtras,
  pause: (feed: Feed) => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<CardNews, void, void> {
  const [rune, files] = await Promise.all([fetchRune(address, signal, () => undefined), listedFiles(examples, signal)]);
  const engine = new FrameEngine(undefined);
  engine.attach(container);
  try {
    const loadedRune = await engine.load(rune, DEFAULT_LIMITS, extras);
    const feeds = await Promise.all(loadedRune.capabilities.map((request) => feedOf(request, files)));
    const main = feeds.find(({ count }) => count > 1) ?? feeds[0];
    if (main === undefined) throw new Error("This rune reads no input.");
    const count = Math.min(main.count, MOST_WINDOWS);
    let [readings, latestHeadline, latestInput]: [Readings, Headline | null, ArrayBuffer | null] = [
      NO_READINGS,
      null,
      null,
    ];
    for (let index = 0; index < count; index += 1) {
      if (index > 0) await pause(main);
      if (signal.aborted) return;
      const inputs = new Map(feeds.map((feed) => [feed.request.id, feed.at(Math.min(index, feed.count - 1))]));
      const { outputs } = await engine.run(inputs);
      if (outputs.length > 0) {
        const context = { calling: callingOf(loadedRune), wordlists: loadedRune.wordlists, isStream: count > 1 };
        readings = read(readings, outputs, { ...context, now: performance.now() });
        latestHeadline = later(latestHeadline, headline(readings.cards));
      }
      const input = inputs.get(main.request.id) ?? new ArrayBuffer(0);
      latestInput = latestOf(latestInput, input, shownBytes(main.request));
      yield { request: main.request, input: latestInput, inputText: main.text, headline: latestHeadline };
    }
  } finally {
    engine.close();
  }
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

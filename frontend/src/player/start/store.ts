// The state of the page of examples: labels, recordings, the newest run, and the acts on them. No component.
import { createStore, type StoreApi } from "zustand/vanilla";
import { PhoneLink } from "./labels/phone-link";
import { countOf, labelsOf, nameProblem, type StartLabel } from "./labels/names";
import {
  problemText,
  StartProblem,
  type OpenRun,
  type Sample,
  type StartServer,
  type StartSettings,
  type Summary,
} from "./server";

export interface StartState {
  readonly labels: readonly StartLabel[];
  /** Null until they were read. */
  readonly samples: readonly Sample[] | null;
  readonly summary: Summary | null;
  /** Recordings on their way, by label. */
  readonly sending: ReadonlyMap<string, number>;
  /** Numbers of samples that are deleted soon, unless somebody undoes it. */
  readonly removedNumbers: readonly number[];
  readonly run: OpenRun | null;
  readonly isBeginning: boolean;
  readonly isAddingExamples: boolean;
  readonly problem: string | null;
}

const UNDO_MILLISECONDS = 8000;
const UNFINISHED = ["waiting", "running", "paused"];

/** The kinds as the address of the page names them. */
const KINDS: Readonly<Record<StartSettings["kind"], string>> = {
  sound: "sound",
  picture: "picture",
  motion: "motion",
  table: "numbers",
};

/** Whether a sample was computed as an example, and is no recording of anybody. */
export const isExample = ({ source }: Pick<Sample, "source">): boolean => source === "example";

export const isUnfinished = (run: Pick<OpenRun, "state"> | null): boolean =>
  run !== null && UNFINISHED.includes(run.state);

export class StartStore {
  readonly #store = createStore<StartState>(() => ({
    labels: [],
    samples: null,
    summary: null,
    sending: new Map(),
    removedNumbers: [],
    run: null,
    isBeginning: false,
    isAddingExamples: false,
    problem: null,
  }));
  readonly state: Omit<StoreApi<StartState>, "setState"> = this.#store;
  readonly phone: PhoneLink;
  #consent: Promise<string> | null = null;
  #lastId = 0;
  #removal: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly server: StartServer,
    readonly settings: StartSettings,
  ) {
    this.phone = new PhoneLink(server, settings.kind);
  }

  /** Reads everything; a label that somebody wrote and has no recording yet stays. */
  readonly read = async (): Promise<void> => {
    await this.#attempt(async () => {
      await this.readSamples();
      const newest = await this.server.newestRun();
      this.#store.setState({ run: newest === null ? null : await this.server.run(newest.number) });
    });
  };

  readonly readSamples = async (): Promise<void> => {
    const [samples, summary] = await Promise.all([this.server.samples(), this.server.summary()]);
    this.#store.setState(({ labels }) => ({ samples, summary, labels: this.#labelsWith(labels, samples) }));
  };

  readonly readRun = async (): Promise<void> => {
    const { run } = this.#store.getState();
    if (run !== null) await this.#attempt(async () => this.#store.setState({ run: await this.server.run(run.number) }));
  };

  #labelsWith(before: readonly StartLabel[], samples: readonly Sample[]): readonly StartLabel[] {
    const { background } = this.settings;
    const known = new Set(before.map(({ name }) => name));
    const added = labelsOf(samples, background)
      .filter((name) => !known.has(name))
      .map((name) => this.#label(name));
    const all = [...before, ...added];
    const named = all.filter(({ name }) => name !== background);
    // The first sight has a label without a name, to be written.
    const first = named.length === 0 ? [this.#label("")] : [];
    return [...first, ...named, ...all.filter(({ name }) => name === background)];
  }

  #label(name: string): StartLabel {
    this.#lastId += 1;
    return { id: this.#lastId, name };
  }

  readonly addLabel = (): void => {
    this.#store.setState(({ labels }) => ({ labels: [...labels.slice(0, -1), this.#label(""), ...labels.slice(-1)] }));
  };

  /** Returns why it cannot be called so; null where it is. */
  readonly rename = (id: number, name: string): string | null => {
    const { labels, samples } = this.#store.getState();
    const others = labels.filter((label) => label.id !== id).map((label) => label.name);
    const problem = nameProblem(name, others, this.settings.longestLabel);
    if (problem !== null) return problem;
    const before = labels.find((label) => label.id === id)?.name ?? "";
    const text = name.trim();
    this.#store.setState({ labels: labels.map((label) => (label.id === id ? { id, name: text } : label)) });
    const numbers = (samples ?? [])
      .filter(({ label }) => before !== "" && label === before)
      .map(({ number }) => number);
    if (numbers.length > 0 && before !== text)
      void this.#attempt(async () => {
        await this.server.rename(numbers, text);
        await this.readSamples();
      });
    return null;
  };

  /** A label with its recordings, which can be undone. */
  readonly removeLabel = (id: number): void => {
    const { labels, samples } = this.#store.getState();
    const name = labels.find((label) => label.id === id)?.name ?? "";
    this.#store.setState({ labels: labels.filter((label) => label.id !== id) });
    this.remove((samples ?? []).filter(({ label }) => name !== "" && label === name).map(({ number }) => number));
  };

  /** Sends recordings of a label, one after another. What cannot be sent says why, and the others go on. */
  readonly add = async (files: readonly Blob[], label: string, device: string): Promise<void> => {
    this.#count(label, files.length);
    for (const file of files) {
      await this.#attempt(async () => {
        try {
          const sample = await this.server.add(file, label, await this.#agreed(), device);
          this.#store.setState(({ samples }) => ({ samples: [sample, ...(samples ?? [])] }));
        } catch (error) {
          // The same bytes are there already: nothing is lost.
          if (!(error instanceof StartProblem && error.message.includes("same bytes"))) throw error;
        }
      });
      this.#count(label, -1);
    }
    await this.#attempt(async () => this.#store.setState({ summary: await this.server.summary() }));
  };

  #count(label: string, change: number): void {
    this.#store.setState(({ sending }) => ({
      sending: new Map(sending).set(label, Math.max(0, (sending.get(label) ?? 0) + change)),
    }));
  }

  /** Agrees once to the terms that stand on the page. */
  #agreed(): Promise<string> {
    this.#consent ??= this.server.agree(this.settings.terms).catch((error: unknown) => {
      this.#consent = null;
      throw error;
    });
    return this.#consent;
  }

  /** Deletes recordings some seconds later: until then it can be undone. */
  readonly remove = (numbers: readonly number[]): void => {
    if (numbers.length === 0) return;
    clearTimeout(this.#removal);
    this.#store.setState(({ removedNumbers }) => ({ removedNumbers: [...removedNumbers, ...numbers] }));
    this.#removal = setTimeout(() => void this.finishRemoval(), UNDO_MILLISECONDS);
  };

  readonly undoRemoval = (): void => {
    clearTimeout(this.#removal);
    this.#store.setState({ removedNumbers: [] });
    this.#store.setState(({ labels, samples }) => ({ labels: this.#labelsWith(labels, samples ?? []) }));
  };

  readonly finishRemoval = async (): Promise<void> => {
    clearTimeout(this.#removal);
    const { removedNumbers } = this.#store.getState();
    if (removedNumbers.length === 0) return;
    const removedSet = new Set(removedNumbers);
    this.#store.setState(({ samples }) => ({
      removedNumbers: [],
      samples: samples === null ? null : samples.filter(({ number }) => !removedSet.has(number)),
    }));
    for (const number of removedNumbers) await this.#attempt(() => this.server.remove(number));
    await this.#attempt(this.readSamples);
  };

  /** Adds example recordings to a page without recordings, so that somebody can train at once. */
  readonly addExamples = async (): Promise<void> => {
    this.#store.setState({ isAddingExamples: true });
    await this.#attempt(async () => {
      await this.server.addExamples(KINDS[this.settings.kind], this.settings.terms.text);
      // The first label, which has no name yet, gives way to those of the examples.
      this.#store.setState(({ labels }) => ({ labels: labels.filter(({ name }) => name !== "") }));
      await this.readSamples();
    });
    this.#store.setState({ isAddingExamples: false });
  };

  /** Removes all examples, and the labels that had nothing else. */
  readonly removeExamples = async (): Promise<void> => {
    await this.#attempt(async () => {
      // Before the request: the event that tells of it reads the samples anew.
      const { samples } = this.#store.getState();
      const names = new Set((samples ?? []).filter(isExample).map(({ label }) => label));
      await this.server.removeExamples();
      await this.readSamples();
      const rest = this.#store.getState().samples ?? [];
      const emptied = [...names].filter((name) => !rest.some(({ label }) => label === name));
      this.#store.setState(({ labels }) => ({
        labels: this.#labelsWith(
          labels.filter(({ name }) => !emptied.includes(name)),
          rest,
        ),
      }));
    });
  };

  readonly train = async (values: Readonly<Record<string, number>>, board: string): Promise<void> => {
    this.#store.setState({ isBeginning: true });
    await this.finishRemoval();
    await this.#attempt(async () => {
      const run = await this.server.train(this.settings.recipe, values, board);
      this.#store.setState({ run: await this.server.run(run.number) });
    });
    this.#store.setState({ isBeginning: false });
  };

  readonly act = async (verb: "cancel" | "stop" | "resume"): Promise<void> => {
    const { run } = this.#store.getState();
    if (run === null) return;
    await this.#attempt(() => this.server.act(run.number, verb));
    await this.readRun();
  };

  readonly say = (problem: string | null): void => this.#store.setState({ problem });

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.say(problemText(error));
    }
  }
}

/** The recordings that the page shows: those that are deleted soon are gone already. */
export function shownSamples({ samples, removedNumbers }: StartState): readonly Sample[] {
  const removedSet = new Set(removedNumbers);
  return (samples ?? []).filter(({ number }) => !removedSet.has(number));
}

/** How many recordings each label has of those that it needs, for the lines above Train. */
export function readiness(
  state: StartState,
  needed: number,
): readonly { name: string; count: number; isReady: boolean }[] {
  const samples = shownSamples(state);
  return state.labels.map(({ name }) => {
    const count = name === "" ? 0 : countOf(samples, name);
    return { name, count, isReady: count >= needed };
  });
}

// The state of the player: the list of runes, the one that runs, and whether there is a newer one. No component.
import { createStore, type StoreApi } from "zustand/vanilla";
import { fetchRune } from "../../fetch-rune";
import { PlayerProblem, type PlayerClient } from "./client";
import type { OfflineStore } from "./offline-store";
import type { PlayerState, RunnableRune } from "./types";

export interface Running {
  readonly run: RunnableRune;
  readonly rune: ArrayBuffer;
}

export interface Player {
  readonly phase: "starting" | "ready" | "no-access" | "not-found" | "unreachable";
  readonly state: PlayerState | null;
  /** Whether the list of runes is from the last time that the server was reached. */
  readonly isOffline: boolean;
  /** The failure, for a person. */
  readonly problem: string | null;
  readonly running: Running | null;
  /** 0 to 1 of the rune that is on its way; null while none is. */
  readonly fetching: number | null;
  /** A newer rune of what is wanted, which is not used yet. */
  readonly newer: RunnableRune | null;
  /** The tag that is wanted; null for the newest that there is. */
  readonly tag: string | null;
  /** Whether newer ones are used without a question. */
  readonly follows: boolean;
}

type FetchRune = typeof fetchRune;

const NOTHING: Player = {
  phase: "starting",
  state: null,
  isOffline: false,
  problem: null,
  running: null,
  fetching: null,
  newer: null,
  tag: null,
  follows: false,
};

/** The rune that is wanted of those that there are. */
export function wantedRune(state: PlayerState, tag: string | null): RunnableRune | null {
  if (tag !== null) return state.tags.find((run) => run.tag === tag) ?? null;
  return state.now ?? state.tags[0] ?? null;
}

export class PlayerStore {
  readonly #client: PlayerClient;
  readonly #offline: OfflineStore;
  readonly #fetchRune: FetchRune;
  readonly #store: StoreApi<Player>;
  readonly state: Omit<StoreApi<Player>, "setState">;
  #query: Promise<void> | null = null;
  #fetchingOf: { readonly digest: string; readonly leaving: AbortController } | null = null;

  constructor(client: PlayerClient, offline: OfflineStore, tag: string | null, fetcher: FetchRune = fetchRune) {
    this.#client = client;
    this.#offline = offline;
    this.#fetchRune = fetcher;
    this.#store = createStore<Player>(() => ({ ...NOTHING, tag }));
    this.state = this.#store;
  }

  /** Lets the phone in by a scanned code where there is one, and runs what is wanted. */
  async start(token: string | null): Promise<void> {
    let problem: string | null = null;
    if (token !== null) {
      try {
        await this.#client.enter(token);
      } catch (error) {
        problem = sentence(error);
      }
    }
    await this.look();
    if (problem !== null) this.#store.setState({ problem });
  }

  /** Asks what there is to run now. */
  look(): Promise<void> {
    this.#query ??= this.#look().finally(() => {
      this.#query = null;
    });
    return this.#query;
  }

  choose(tag: string | null): void {
    this.#store.setState({ tag, newer: null });
    const { state } = this.#store.getState();
    if (state !== null) this.#take(state, true);
  }

  readonly useNewer = (): void => {
    const { newer } = this.#store.getState();
    if (newer !== null) void this.#fetch(newer);
  };

  follow(follows: boolean): void {
    this.#store.setState({ follows });
    if (follows) this.useNewer();
  }

  /** Gives the pass back and forgets all that was kept. */
  async leave(): Promise<void> {
    await this.#client.leave();
    await this.#offline.forget();
    this.#store.setState({ ...NOTHING, tag: this.#store.getState().tag });
    await this.look();
  }

  async #look(): Promise<void> {
    try {
      const state = await this.#client.state();
      await this.#offline.keepState(state);
      this.#store.setState({ phase: "ready", state, isOffline: false, problem: null });
      this.#take(state, false);
    } catch (error) {
      await this.#onRefusal(error);
    }
  }

  async #onRefusal(error: unknown): Promise<void> {
    const trouble = error instanceof PlayerProblem ? error.trouble : "failed";
    if (trouble === "no-access" || trouble === "not-found") {
      // Nothing of it stays on a phone that may not see it any more.
      this.#fetchingOf?.leaving.abort();
      await this.#offline.forget();
      this.#store.setState({ ...NOTHING, phase: trouble, tag: this.#store.getState().tag });
      return;
    }
    if (this.#store.getState().state !== null) {
      // A server in trouble is asked again; what runs does not need it.
      if (trouble === "offline") this.#store.setState({ isOffline: true });
      return;
    }
    const state = await this.#offline.state();
    if (state === null) {
      this.#store.setState({ phase: "unreachable", problem: sentence(error) });
    } else {
      this.#store.setState({ phase: "ready", state, isOffline: true, problem: null });
      this.#take(state, true);
    }
  }

  /** Runs what is wanted when nothing runs or it was asked for; else says that it is there. */
  #take(state: PlayerState, isRequested: boolean): void {
    const { tag, running, follows } = this.#store.getState();
    const run = wantedRune(state, tag);
    if (run === null || run.digest === running?.run.digest) {
      this.#store.setState({ newer: null });
    } else if (running === null || isRequested || follows) {
      void this.#fetch(run);
    } else {
      this.#store.setState({ newer: run });
    }
  }

  async #fetch(run: RunnableRune): Promise<void> {
    if (this.#fetchingOf?.digest === run.digest) return;
    this.#fetchingOf?.leaving.abort();
    const mine = { digest: run.digest, leaving: new AbortController() };
    this.#fetchingOf = mine;
    this.#store.setState({ fetching: 0, problem: null });
    const { signal } = mine.leaving;
    try {
      const cachedRune = await this.#offline.rune(run.url);
      const rune =
        cachedRune ??
        (await this.#fetchRune(
          run.url,
          signal,
          (share) => !signal.aborted && this.#store.setState({ fetching: share }),
        ));
      if (signal.aborted) return;
      this.#store.setState({ running: { run, rune }, newer: null, fetching: null });
      // Kept afterwards: what runs does not wait for a disk.
      await this.#offline.keepRune(run.url, rune.slice(0));
    } catch (error) {
      if (!signal.aborted) this.#store.setState({ fetching: null, problem: sentence(error) });
    } finally {
      if (this.#fetchingOf === mine) this.#fetchingOf = null;
    }
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

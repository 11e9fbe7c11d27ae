// The recordings that a phone saved: it sends those whose person pressed Send, one after another, and goes on when the network
// is back. What the server refused, and what its person gave up, is deleted at once.
import { createStore } from "zustand";
import { CollectProblem, type OutgoingRecording } from "./client";
import type { RecordingStorage, SavedRecording } from "./storage";

export interface OutboxState {
  readonly savedRecordings: readonly SavedRecording[];
  /** How many were sent from this page. */
  readonly sentCount: number;
  readonly isSending: boolean;
  readonly isOffline: boolean;
  /** The last failure, for a person; null after something went well. */
  readonly problem: string | null;
  /** Why sending stopped until its person does something. */
  readonly stopReason: "consent" | "no-access" | null;
}

const EMPTY: OutboxState = {
  savedRecordings: [],
  sentCount: 0,
  isSending: false,
  isOffline: false,
  problem: null,
  stopReason: null,
};
/** Milliseconds after which a busy server is asked again. */
const RETRY = 5000;

export class Outbox {
  readonly state = createStore<OutboxState>(() => EMPTY);
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly storage: RecordingStorage,
    readonly add: (recording: OutgoingRecording) => Promise<void>,
  ) {}

  /** Reads what an earlier page saved. */
  async open(): Promise<void> {
    this.state.setState({ savedRecordings: await this.storage.all() });
  }

  async save(recording: SavedRecording): Promise<void> {
    await this.storage.put(recording);
    this.state.setState(({ savedRecordings }) => ({ savedRecordings: [...savedRecordings, recording] }));
    if (recording.isToSend) void this.flush();
  }

  /** Sends all that is saved. */
  async sendAll(): Promise<void> {
    for (const { key } of this.state.getState().savedRecordings) {
      const recording = this.#find(key); // one that was sent meanwhile is not stored again
      if (recording !== undefined) await this.storage.put({ ...recording, isToSend: true });
      if (this.#find(key) === undefined) await this.storage.remove(key);
    }
    this.state.setState(({ savedRecordings }) => ({
      savedRecordings: savedRecordings.map((recording) => ({ ...recording, isToSend: true })),
    }));
    await this.flush();
  }

  async remove(key: string): Promise<void> {
    await this.storage.remove(key);
    this.state.setState(({ savedRecordings }) => ({
      savedRecordings: savedRecordings.filter((recording) => recording.key !== key),
    }));
  }

  /** Deletes everything that is saved here. */
  async clear(): Promise<void> {
    for (const { key } of this.state.getState().savedRecordings) await this.storage.remove(key);
    this.state.setState({ savedRecordings: [] });
  }

  /** Sends the recordings whose person pressed Send. Called again when the network is back, and after its person agreed again. */
  async flush(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.state.getState().isSending) return;
    this.state.setState({ isSending: true, isOffline: false, stopReason: null });
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        if (!(await this.#sendOne(next))) break;
      }
    } finally {
      this.state.setState({ isSending: false });
    }
  }

  #find(key: string): SavedRecording | undefined {
    return this.state.getState().savedRecordings.find((recording) => recording.key === key);
  }

  #next(): SavedRecording | undefined {
    return this.state.getState().savedRecordings.find(({ isToSend }) => isToSend);
  }

  /** False where sending cannot go on now. */
  async #sendOne(recording: SavedRecording): Promise<boolean> {
    try {
      await this.add(recording);
    } catch (error) {
      return this.#onFailure(recording, error);
    }
    await this.#settle(recording.key, null, 1);
    return true;
  }

  async #onFailure(recording: SavedRecording, error: unknown): Promise<boolean> {
    if (!(error instanceof CollectProblem)) throw error;
    switch (error.trouble) {
      case "known":
        // It was sent before, and the answer did not arrive.
        await this.#settle(recording.key, null, 1);
        return true;
      case "refused":
        await this.#settle(recording.key, error.message, 0);
        return true;
      case "code":
      case "no-access":
        this.state.setState({ stopReason: "no-access", problem: error.message });
        await this.clear();
        return false;
      case "consent":
        this.state.setState({ stopReason: "consent", problem: error.message });
        return false;
      case "offline":
        this.state.setState({ isOffline: true });
        this.#later();
        return false;
      case "later":
        this.state.setState({ problem: error.message });
        this.#later();
        return false;
    }
  }

  async #settle(key: string, problem: string | null, count: number): Promise<void> {
    await this.remove(key);
    this.state.setState((before) => ({ problem, sentCount: before.sentCount + count }));
  }

  #later(): void {
    this.#retry = setTimeout(() => void this.flush(), RETRY);
  }
}

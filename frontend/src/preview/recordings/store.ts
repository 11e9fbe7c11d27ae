// The recordings of this page, newest last. In memory only: they are gone with the page, as its person is told.
import { createContext, use } from "react";
import { createStore, useStore, type StoreApi } from "zustand";
import { firstLabel, lengthOf, type Content, type Recording } from "./recording";

export class RecordingStore {
  readonly #store = createStore<readonly Recording[]>(() => []);
  readonly state: Omit<StoreApi<readonly Recording[]>, "setState"> = this.#store;
  #lastId = 0;

  add(content: Content, label?: string): Recording {
    this.#lastId += 1;
    const recording: Recording = {
      id: this.#lastId,
      label: label ?? firstLabel(this.#lastId),
      recorded: Date.now(),
      content,
      from: 0,
      to: lengthOf(content),
    };
    this.#become([...this.#store.getState(), recording]);
    return recording;
  }

  change(id: number, changed: Partial<Pick<Recording, "label" | "from" | "to">>): void {
    this.#become(
      this.#store.getState().map((recording) => (recording.id === id ? { ...recording, ...changed } : recording)),
    );
  }

  remove(id: number): void {
    this.#become(this.#store.getState().filter((recording) => recording.id !== id));
  }

  #become(recordings: readonly Recording[]): void {
    this.#store.setState(recordings, true);
  }
}

/** The page's recordings, for the sources that record and replay. */
export const RecordingsContext = createContext(new RecordingStore());

export function useRecordings(): [store: RecordingStore, recordings: readonly Recording[]] {
  const store = use(RecordingsContext);
  return [store, useStore(store.state)];
}

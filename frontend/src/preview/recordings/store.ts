// The recordings of this page, newest last. They are in memory, and on a shelf where the page has one.
import { createContext, use } from "react";
import { createStore, useStore, type StoreApi } from "zustand";
import { firstLabel, isUnlabelled, lengthOf, type Content, type Recording } from "./capture/recording";
import type { RecordingShelf } from "./shelf";

export class RecordingStore {
  readonly #store = createStore<readonly Recording[]>(() => []);
  readonly state: Omit<StoreApi<readonly Recording[]>, "setState"> = this.#store;
  readonly #unsavedIds = createStore<ReadonlySet<number>>(() => new Set());
  /** Ids of the recordings that a reload would lose. */
  readonly unsavedIds: Omit<StoreApi<ReadonlySet<number>>, "setState"> = this.#unsavedIds;
  readonly #shelf: RecordingShelf | null;
  /** Ids of the recordings that are in memory alone. */
  readonly #sampleIds = new Set<number>();
  #lastId = 0;

  constructor(shelf: RecordingShelf | null = null) {
    this.#shelf = shelf;
    shelf?.read().then(
      (earlier) => this.#restore(earlier),
      // A browser that stores nothing: each new recording says that it is not kept.
      () => undefined,
    );
  }

  /** Adds a sample of the project. It is not stored here: the server deletes it when its consent is withdrawn. */
  addSample(content: Content, label: string, page?: string): Recording {
    this.#sampleIds.add(this.#lastId + 1);
    return this.add(content, label, page);
  }

  add(content: Content, label?: string, page?: string): Recording {
    this.#lastId += 1;
    const recording: Recording = {
      id: this.#lastId,
      label: label ?? firstLabel(this.#lastId),
      recorded: Date.now(),
      content,
      from: 0,
      to: lengthOf(content),
      ...(page !== undefined && { page }),
    };
    this.#become([...this.#store.getState(), recording]);
    this.#put(recording);
    return recording;
  }

  change(id: number, changes: Partial<Pick<Recording, "label" | "from" | "to">>): void {
    const recording = this.#store.getState().find((each) => each.id === id);
    if (recording === undefined) return;
    const next = { ...recording, ...changes };
    this.#become(this.#store.getState().map((each) => (each.id === id ? next : each)));
    this.#put(next);
  }

  remove(id: number): void {
    this.#become(this.#store.getState().filter((recording) => recording.id !== id));
    // A recording that cannot be removed was not stored, or is deleted by its age.
    this.#shelf?.remove(id).catch(() => undefined);
  }

  /**
   * A recording that was made while the shelf was read keeps its number; the earlier recording of that number gets
   * another.
   */
  #restore(earlier: readonly Recording[]): void {
    const present = this.#store.getState();
    const numbers = new Set(present.map(({ id }) => id));
    this.#lastId = Math.max(this.#lastId, ...earlier.map(({ id }) => id));
    const restoredRecordings = earlier.map((recording) => {
      if (!numbers.has(recording.id)) return recording;
      this.#lastId += 1;
      const label = isUnlabelled(recording) ? firstLabel(this.#lastId) : recording.label;
      const renumberedRecording = { ...recording, id: this.#lastId, label };
      this.#put(renumberedRecording);
      // A sample is not put in the place of the earlier recording.
      if (this.#sampleIds.has(recording.id)) this.#shelf?.remove(recording.id).catch(() => undefined);
      return renumberedRecording;
    });
    this.#become([...restoredRecordings, ...present]);
  }

  #put(recording: Recording): void {
    if (this.#sampleIds.has(recording.id)) {
      this.#setUnsaved(recording.id, true);
      return;
    }
    this.#shelf?.put(recording).then(
      () => this.#setUnsaved(recording.id, false),
      () => this.#setUnsaved(recording.id, true),
    );
  }

  #setUnsaved(id: number, isUnsaved: boolean): void {
    const ids = new Set(this.#unsavedIds.getState());
    if (ids.has(id) === isUnsaved) return;
    if (isUnsaved) ids.add(id);
    else ids.delete(id);
    this.#unsavedIds.setState(ids, true);
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

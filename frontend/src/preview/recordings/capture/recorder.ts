// Recording for a source that is live: switched on and off by its person, ended with the source, kept in the page's recordings.
import { useEffect, useState } from "react";
import { createStore, useStore, type StoreApi } from "zustand";
import type { Capture } from "./capture";
import { useRecordings, type RecordingStore } from "../store";

/** When it began, in milliseconds of the page's clock; null while nothing is recorded. */
export type RecordingSince = number | null;

export class Recorder<Piece> {
  readonly #make: () => Capture<Piece>;
  readonly #recordings: RecordingStore;
  #capture: Capture<Piece> | null = null;
  readonly #store = createStore<RecordingSince>(() => null);
  readonly state: Omit<StoreApi<RecordingSince>, "setState"> = this.#store;

  constructor(make: () => Capture<Piece>, recordings: RecordingStore) {
    this.#make = make;
    this.#recordings = recordings;
  }

  readonly start = (): void => {
    this.#capture = this.#make();
    this.#store.setState(performance.now());
  };

  /** Keeps what was recorded; nothing happens when nothing is. */
  readonly stop = (): void => {
    const content = this.#capture?.content() ?? null;
    this.#capture = null;
    if (this.#store.getState() !== null) this.#store.setState(null);
    if (content !== null) this.#recordings.add(content);
  };

  /** Takes a piece of the source, of a moment on the page's clock; it is stored only while recording. */
  push(piece: Piece, at = performance.now()): void {
    if (this.#capture !== null && !this.#capture.push(piece, at)) this.stop();
  }
}

export function useRecorder<Piece>(make: () => Capture<Piece>): [recorder: Recorder<Piece>, since: RecordingSince] {
  const [recordings] = useRecordings();
  const [recorder] = useState(() => new Recorder(make, recordings));
  const since = useStore(recorder.state);
  useEffect(() => recorder.stop, [recorder]);
  return [recorder, since];
}

// Recording for a source that is live: switched on and off by its person, ended with the source, kept in the page's takes.
import { useEffect, useState } from "react";
import { createStore, useStore, type StoreApi } from "zustand";
import type { Recording } from "./recording";
import { useTakes, type TakeStore } from "./store";

/** When it began, in milliseconds of the page's clock; null while nothing is recorded. */
export type RecordingSince = number | null;

export class Recorder<Piece> {
  readonly #make: () => Recording<Piece>;
  readonly #takes: TakeStore;
  #recording: Recording<Piece> | null = null;
  readonly #store = createStore<RecordingSince>(() => null);
  readonly state: Omit<StoreApi<RecordingSince>, "setState"> = this.#store;

  constructor(make: () => Recording<Piece>, takes: TakeStore) {
    this.#make = make;
    this.#takes = takes;
  }

  readonly start = (): void => {
    this.#recording = this.#make();
    this.#store.setState(performance.now());
  };

  /** Keeps what was recorded; nothing happens when nothing is. */
  readonly stop = (): void => {
    const content = this.#recording?.content() ?? null;
    this.#recording = null;
    if (this.#store.getState() !== null) this.#store.setState(null);
    if (content !== null) this.#takes.add(content);
  };

  /** What the source gave; it is kept only while recording. */
  push(piece: Piece): void {
    if (this.#recording !== null && !this.#recording.push(piece, performance.now())) this.stop();
  }
}

export function useRecorder<Piece>(make: () => Recording<Piece>): [recorder: Recorder<Piece>, since: RecordingSince] {
  const [takes] = useTakes();
  const [recorder] = useState(() => new Recorder(make, takes));
  const since = useStore(recorder.state);
  useEffect(() => recorder.stop, [recorder]);
  return [recorder, since];
}

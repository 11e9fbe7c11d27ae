// Recording for a source that is live: switched on and off by its person, ended with the source, kept in the page's takes.
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Recording } from "./recording";
import { useTakes, type TakeStore } from "./store";

/** When it began, in milliseconds of the page's clock; null while nothing is recorded. */
export type RecordingSince = number | null;

export class Recorder<Piece> {
  readonly #make: () => Recording<Piece>;
  readonly #takes: TakeStore;
  readonly #listeners = new Set<() => void>();
  #recording: Recording<Piece> | null = null;
  #since: RecordingSince = null;

  constructor(make: () => Recording<Piece>, takes: TakeStore) {
    this.#make = make;
    this.#takes = takes;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly since = (): RecordingSince => this.#since;

  readonly start = (): void => {
    this.#recording = this.#make();
    this.#become(performance.now());
  };

  /** Keeps what was recorded; nothing happens when nothing is. */
  readonly stop = (): void => {
    const content = this.#recording?.content() ?? null;
    this.#recording = null;
    if (this.#since !== null) this.#become(null);
    if (content !== null) this.#takes.add(content);
  };

  /** What the source gave; it is kept only while recording. */
  push(piece: Piece): void {
    if (this.#recording !== null && !this.#recording.push(piece, performance.now())) this.stop();
  }

  #become(since: RecordingSince): void {
    this.#since = since;
    for (const listener of this.#listeners) listener();
  }
}

export function useRecorder<Piece>(make: () => Recording<Piece>): [recorder: Recorder<Piece>, since: RecordingSince] {
  const [takes] = useTakes();
  const [recorder] = useState(() => new Recorder(make, takes));
  const since = useSyncExternalStore(recorder.subscribe, recorder.since);
  useEffect(() => recorder.stop, [recorder]);
  return [recorder, since];
}

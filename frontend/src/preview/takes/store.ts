// The takes of this page, newest last. In memory only: they are gone with the page, as its person is told.
import { createContext, use, useSyncExternalStore } from "react";
import { lengthOf, type Content, type Take } from "./take";

export class TakeStore {
  #takes: readonly Take[] = [];
  #lastId = 0;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = (): readonly Take[] => this.#takes;

  add(content: Content, label?: string): Take {
    this.#lastId += 1;
    const take: Take = { id: this.#lastId, label: label ?? `Recording ${this.#lastId}`, recorded: Date.now(), content, from: 0, to: lengthOf(content) };
    this.#become([...this.#takes, take]);
    return take;
  }

  change(id: number, changed: Partial<Pick<Take, "label" | "from" | "to">>): void {
    this.#become(this.#takes.map((take) => (take.id === id ? { ...take, ...changed } : take)));
  }

  remove(id: number): void {
    this.#become(this.#takes.filter((take) => take.id !== id));
  }

  #become(takes: readonly Take[]): void {
    this.#takes = takes;
    for (const listener of this.#listeners) listener();
  }
}

/** The page's takes, for the sources that record and replay. */
export const TakesContext = createContext(new TakeStore());

export function useTakes(): [store: TakeStore, takes: readonly Take[]] {
  const store = use(TakesContext);
  return [store, useSyncExternalStore(store.subscribe, store.current)];
}

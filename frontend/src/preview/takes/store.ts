// The takes of this page, newest last. In memory only: they are gone with the page, as its person is told.
import { createContext, use } from "react";
import { createStore, useStore, type StoreApi } from "zustand";
import { lengthOf, type Content, type Take } from "./take";

export class TakeStore {
  readonly #store = createStore<readonly Take[]>(() => []);
  readonly state: Omit<StoreApi<readonly Take[]>, "setState"> = this.#store;
  #lastId = 0;

  add(content: Content, label?: string): Take {
    this.#lastId += 1;
    const take: Take = {
      id: this.#lastId,
      label: label ?? `Recording ${this.#lastId}`,
      recorded: Date.now(),
      content,
      from: 0,
      to: lengthOf(content),
    };
    this.#become([...this.#store.getState(), take]);
    return take;
  }

  change(id: number, changed: Partial<Pick<Take, "label" | "from" | "to">>): void {
    this.#become(this.#store.getState().map((take) => (take.id === id ? { ...take, ...changed } : take)));
  }

  remove(id: number): void {
    this.#become(this.#store.getState().filter((take) => take.id !== id));
  }

  #become(takes: readonly Take[]): void {
    this.#store.setState(takes, true);
  }
}

/** The page's takes, for the sources that record and replay. */
export const TakesContext = createContext(new TakeStore());

export function useTakes(): [store: TakeStore, takes: readonly Take[]] {
  const store = use(TakesContext);
  return [store, useStore(store.state)];
}

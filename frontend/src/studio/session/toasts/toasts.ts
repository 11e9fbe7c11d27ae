// Short words about something that just happened, with at most one thing to do about it. A queue that React reads.
import { createStore, type StoreApi } from "zustand/vanilla";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Long enough to read and to reach the button, in ms. */
const STAYS = 6000;
const STAYS_WITH_ACTION = 12_000;

export class Toasts {
  private readonly store = createStore<readonly Toast[]>(() => []);
  readonly state: Omit<StoreApi<readonly Toast[]>, "setState"> = this.store;
  private next = 1;

  say(text: string, action?: Toast["action"]): void {
    const toast: Toast = action === undefined ? { id: this.next++, text } : { id: this.next++, text, action };
    // Said again it is said once: a repeated key must not fill the page.
    this.become([...this.store.getState().filter((other) => other.text !== text), toast].slice(-3));
    setTimeout(() => this.dismiss(toast.id), action === undefined ? STAYS : STAYS_WITH_ACTION);
  }

  dismiss(id: number): void {
    if (this.store.getState().some((toast) => toast.id === id))
      this.become(this.store.getState().filter((toast) => toast.id !== id));
  }

  private become(toasts: readonly Toast[]): void {
    this.store.setState(toasts, true);
  }
}

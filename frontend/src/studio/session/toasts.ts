// Short words about something that just happened, with at most one thing to do about it. A queue that React reads.

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Long enough to read and to reach the button, in ms. */
const STAYS = 6000;
const STAYS_WITH_ACTION = 12_000;

export class Toasts {
  private toasts: readonly Toast[] = [];
  private next = 1;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): readonly Toast[] => this.toasts;

  say(text: string, action?: Toast["action"]): void {
    const toast: Toast = action === undefined ? { id: this.next++, text } : { id: this.next++, text, action };
    // Said again it is said once: a repeated key must not fill the page.
    this.become([...this.toasts.filter((other) => other.text !== text), toast].slice(-3));
    setTimeout(() => this.dismiss(toast.id), action === undefined ? STAYS : STAYS_WITH_ACTION);
  }

  dismiss(id: number): void {
    if (this.toasts.some((toast) => toast.id === id)) this.become(this.toasts.filter((toast) => toast.id !== id));
  }

  private become(toasts: readonly Toast[]): void {
    this.toasts = toasts;
    for (const listener of this.listeners) listener();
  }
}

// What the language says of the text as one types, checked in this page. Until its Python is here, the server's word stands.
import type { CheckAnswer, LanguageService } from "../../language";

/** Milliseconds of calm after which the text is checked. */
const CALM = 120;

export interface Checked extends CheckAnswer {
  /** Whether nothing was typed since. */
  readonly isFresh: boolean;
}

export class Checking {
  private answer: Checked | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private again = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly language: LanguageService) {
    language.subscribe(() => {
      if (language.where() === "server") this.become(null);
      else this.touch(0);
    });
  }

  /** The newest answer, or null while the server checks. */
  readonly current = (): Checked | null => this.answer;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Something changed: check soon, the newest text only. */
  touch(wait = CALM): void {
    if (this.language.where() === "server") return;
    if (this.answer?.isFresh === true) this.become({ ...this.answer, isFresh: false });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.check();
    }, wait);
  }

  private async check(): Promise<void> {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    try {
      // In characters, as the server's own diagnostics count.
      const answer = await this.language.ask<CheckAnswer>({ ask: "check", offsets: "characters" });
      this.become({ ...answer, isFresh: this.timer === undefined && !this.again });
    } catch {
      this.become(null);
    } finally {
      this.running = false;
      if (this.again) {
        this.again = false;
        this.touch(0);
      }
    }
  }

  private become(answer: Checked | null): void {
    if (answer === this.answer) return;
    this.answer = answer;
    for (const listener of this.listeners) listener();
  }
}

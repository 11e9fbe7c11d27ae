// The language's check of the text as one types, in this page. Until its Python is here, the server's check stands.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { CheckAnswer, LanguageService } from "../../../language";

/** One list for all texts without a problem: what draws it is not drawn again for each. */
const NO_PROBLEMS: CheckAnswer["diagnostics"] = [];

/** Milliseconds of calm after which the text is checked. */
const CALM = 120;

export interface CheckedText extends CheckAnswer {
  /** Whether nothing was typed since. */
  readonly isCurrent: boolean;
}

export class TextCheck {
  private readonly store = createStore<CheckedText | null>(() => null);
  /** The newest answer, or null while the server checks. */
  readonly state: Omit<StoreApi<CheckedText | null>, "setState"> = this.store;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private again = false;

  constructor(private readonly language: LanguageService) {
    language.state.subscribe(() => {
      if (language.state.getState() === "server") this.store.setState(null, true);
      else this.touch(0);
    });
  }

  /** Something changed: check soon, the newest text only. */
  touch(wait = CALM): void {
    if (this.language.state.getState() === "server") return;
    const answer = this.store.getState();
    if (answer?.isCurrent === true) this.store.setState({ ...answer, isCurrent: false }, true);
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
      const diagnostics = answer.diagnostics.length === 0 ? NO_PROBLEMS : answer.diagnostics;
      this.store.setState({ ...answer, diagnostics, isCurrent: this.timer === undefined && !this.again }, true);
    } catch {
      this.store.setState(null, true);
    } finally {
      this.running = false;
      if (this.again) {
        this.again = false;
        this.touch(0);
      }
    }
  }
}

// The phone's end of a pairing: asks, shows four digits, and once the studio has confirmed them sends what runs gave.
// Never an input: what is sent is built here from a run's outputs, and the server passes nothing else on.
import { MESSAGE_LIMIT } from "../../../declared/studio-limits";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { LoadedRune } from "../../../runtime";
import type { RunNews } from "../../../preview";

export interface PairingState {
  readonly phase: "off" | "opening" | "waiting" | "paired";
  /** The digits that the studio must show too. */
  readonly digits: string | null;
  /** Why it ended, or what is left out. */
  readonly notice: string | null;
}

/** The part of a WebSocket that is used. */
export interface PairingSocket {
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(): void;
}

const OFF: PairingState = { phase: "off", digits: null, notice: null };
/** Milliseconds between two results: eight a second, below what the server lets through. */
const PAUSE = 125;
/** Bytes that may wait for a slow connection; results above are left out. */
export const WAITING_LIMIT = 256 * 1024;
const TOO_LARGE_TEXT = "A result is too large to be shown in the studio. It is shown here only.";

export class Pairing {
  readonly #open: () => PairingSocket;
  readonly #now: () => number;
  readonly #store = createStore<PairingState>(() => OFF);
  readonly state: Omit<StoreApi<PairingState>, "setState"> = this.#store;
  #wire: PairingSocket | null = null;
  #about: { readonly title: string; readonly wordlists: readonly (readonly string[])[] } | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  #latest: RunNews | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(open: () => PairingSocket, now: () => number = () => performance.now()) {
    this.#open = open;
    this.#now = now;
  }

  readonly start = (): void => {
    this.#drop();
    const wire = this.#open();
    this.#wire = wire;
    this.#store.setState({ phase: "opening", digits: null, notice: null });
    wire.onmessage = ({ data }) => {
      if (this.#wire === wire) this.#hear(data);
    };
    wire.onclose = ({ reason }) => {
      if (this.#wire !== wire) return;
      this.#drop();
      this.#store.setState({ ...OFF, notice: reason === "" ? "The connection was lost. Pair again." : reason });
    };
  };

  readonly stop = (): void => {
    this.#drop();
    this.#store.setState(OFF);
  };

  /** Takes the rune that runs from now on. */
  runs(title: string, loadedRune: LoadedRune | null): void {
    this.#about = loadedRune === null ? null : { title, wordlists: loadedRune.wordlists };
    this.#latest = null;
    this.#tellAbout();
  }

  readonly send = (run: RunNews): void => {
    if (this.#store.getState().phase !== "paired") return;
    this.#latest = run;
    const wait = this.#sentAt + PAUSE - this.#now();
    if (wait <= 0) this.#sendLatest();
    else this.#timer ??= setTimeout(() => this.#sendLatest(), wait);
  };

  #sendLatest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [run, wire] = [this.#latest, this.#wire];
    this.#latest = null;
    if (run === null || wire === null || wire.bufferedAmount > WAITING_LIMIT) return;
    const { outputs, milliseconds, isStream } = run;
    const text = JSON.stringify({
      type: "outputs",
      outputs: outputs.map(({ channel, stage, tensors }) => ({
        channel,
        stage,
        tensors: tensors.map(({ type, dimensions, elements, meaning }) => ({ type, dimensions, elements, meaning })),
      })),
      milliseconds,
      isStream,
    });
    const isTooLarge = text.length > MESSAGE_LIMIT;
    if (isTooLarge !== (this.#store.getState().notice === TOO_LARGE_TEXT))
      this.#store.setState({ notice: isTooLarge ? TOO_LARGE_TEXT : null });
    if (isTooLarge) return;
    this.#sentAt = this.#now();
    wire.send(text);
  }

  #tellAbout(): void {
    if (this.#about === null || this.#store.getState().phase !== "paired") return;
    const text = JSON.stringify({ type: "about", ...this.#about });
    const bare = JSON.stringify({ type: "about", title: this.#about.title, wordlists: [] });
    this.#wire?.send(text.length > MESSAGE_LIMIT ? bare : text);
  }

  #hear(data: unknown): void {
    const message = JSON.parse(String(data)) as { type: string; digits?: string };
    if (message.type === "digits")
      this.#store.setState({ phase: "waiting", digits: message.digits ?? null, notice: null });
    if (message.type === "paired") {
      this.#store.setState({ phase: "paired", digits: null, notice: null });
      this.#tellAbout();
    }
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#latest = null;
    const wire = this.#wire;
    this.#wire = null;
    wire?.close();
  }
}

// A device that a person switches on: starting, live or off. It lets go while the page is hidden and comes back with it.
import { useEffect, useState } from "react";
import { createStore, useStore, type StoreApi } from "zustand";
import { permissionText, deviceProblem, permissionOf, stuckProblem, unavailable, type SensorName } from "./problems";

export interface LiveState {
  readonly phase: "off" | "starting" | "live";
  /** The browser's question that it waits for, where starting takes a while. */
  readonly permissionHint: string | null;
  /** Why it is off although it was asked for. */
  readonly problem: string | null;
}

/** Opens the device and holds it until the signal aborts; settles when it is live. */
export type OpenDevice = (signal: AbortSignal) => Promise<void>;

const OFF: LiveState = { phase: "off", permissionHint: null, problem: null };
/** Milliseconds after which a person reads what a silent browser may be waiting for. */
const TELL = 1500;
/** Milliseconds after which a device that is allowed and does not come is given up. */
const GIVE_UP = 8000;

export class Live {
  readonly #device: SensorName;
  readonly #open: OpenDevice;
  readonly #store = createStore<LiveState>(() => OFF);
  readonly state: Omit<StoreApi<LiveState>, "setState"> = this.#store;
  #holding: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** It was live when the page was hidden. */
  #returns = false;

  constructor(device: SensorName, open: OpenDevice) {
    this.#device = device;
    this.#open = open;
  }

  readonly start = (): void => {
    const problem = unavailable(this.#device);
    if (problem !== null) {
      this.#store.setState({ ...OFF, problem });
      return;
    }
    this.#holding?.abort();
    const holding = new AbortController();
    this.#holding = holding;
    document.addEventListener("visibilitychange", this.#onVisibility, { signal: holding.signal });
    this.#store.setState({ ...OFF, phase: "starting" });
    holding.signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.#watch(holding, 0);
    this.#open(holding.signal).then(
      () => {
        if (!holding.signal.aborted) this.#store.setState({ ...OFF, phase: "live" });
      },
      (error: unknown) => {
        if (holding.signal.aborted) return;
        holding.abort();
        this.#store.setState({ ...OFF, problem: deviceProblem(error, this.#device) });
      },
    );
  };

  readonly stop = (): void => {
    this.#returns = false;
    document.removeEventListener("visibilitychange", this.#onReturn);
    this.#letGo();
  };

  /** Says why nothing comes although the device was given. */
  readonly fail = (problem: string): void => {
    this.#letGo();
    this.#store.setState({ ...OFF, problem });
  };

  /** Some browsers never settle what they were asked: as long as they ask their person that is waited for, else it ends. */
  #watch(holding: AbortController, waited: number): void {
    this.#timer = setTimeout(() => {
      void permissionOf(this.#device).then((permission) => {
        if (holding.signal.aborted || this.#store.getState().phase !== "starting") return;
        if (permission === "granted" && waited + TELL >= GIVE_UP) {
          this.fail(stuckProblem(this.#device));
          return;
        }
        const permissionHint = permission === "granted" ? null : permissionText(this.#device);
        if (permissionHint !== this.#store.getState().permissionHint) this.#store.setState({ permissionHint });
        this.#watch(holding, permission === "granted" ? waited + TELL : 0);
      });
    }, TELL);
  }

  #letGo(): void {
    this.#holding?.abort();
    this.#holding = null;
    this.#store.setState(OFF);
  }

  readonly #onVisibility = (): void => {
    if (!document.hidden) return;
    this.#letGo();
    this.#returns = true;
    document.addEventListener("visibilitychange", this.#onReturn);
  };

  readonly #onReturn = (): void => {
    if (document.hidden || !this.#returns) return;
    this.#returns = false;
    document.removeEventListener("visibilitychange", this.#onReturn);
    this.start();
  };
}

/** One device for the life of a component; `make` is called once. */
export function useLive(make: () => Live): [live: Live, state: LiveState] {
  const [live] = useState(make);
  const state = useStore(live.state);
  useEffect(() => live.stop, [live]);
  return [live, state];
}

// The studio's end: asks the paired phone for a sensor and hears what it measures. What carries the frames is given.
import { createStore, type StoreApi } from "zustand/vanilla";
import { makeKeys, SealedChannel, type Keys } from "./channel";
import { readFromPhone, sensorRequestBytes, type FromPhone, type SensorRequest } from "./messages";

export interface StudioSensorState {
  /** `joined`: a phone's page is at the other end; `sending`: its sensor is on. */
  readonly phase: "off" | "joined" | "sending";
  /** Why it ended; null when nothing is to be said. */
  readonly notice: string | null;
}

export type Listener = (message: FromPhone) => void;

const OFF: StudioSensorState = { phase: "off", notice: null };
const UNREADABLE = "The message from the phone cannot be read. Scan a new code.";

export class StudioSensor {
  readonly #send: (frame: string) => void;
  readonly #store = createStore<StudioSensorState>(() => OFF);
  readonly state: Omit<StoreApi<StudioSensorState>, "setState"> = this.#store;
  #keys: Promise<Keys> | null = null;
  #channel: SealedChannel | null = null;
  #request: SensorRequest | null = null;
  #listener: Listener | null = null;
  #order: Promise<void> = Promise.resolve();

  constructor(send: (frame: string) => void) {
    this.#send = send;
  }

  /** A new public key for the code that a phone scans: another one for each code. */
  async newKey(): Promise<string> {
    this.#keys = makeKeys();
    return (await this.#keys).publicKey;
  }

  /** Asks for a sensor until what is answered is called; of two who ask, the newest is heard. */
  want(request: SensorRequest, listener: Listener): () => void {
    this.#request = request;
    this.#listener = listener;
    void this.#ask();
    return () => {
      if (this.#listener !== listener) return;
      this.#request = null;
      this.#listener = null;
      void this.#ask();
    };
  }

  /** The phone is there and says its public key: once for a pairing, so that nobody takes its place. */
  async onKey(key: string): Promise<void> {
    if (this.#keys === null || this.#channel !== null) return;
    try {
      this.#channel = await SealedChannel.join(await this.#keys, key, "studio");
    } catch {
      this.#store.setState({ phase: "off", notice: UNREADABLE });
      return;
    }
    this.#store.setState({ phase: "joined", notice: null });
    await this.#ask();
  }

  async onFrame(frame: string): Promise<void> {
    const channel = this.#channel;
    if (channel === null) return;
    let message: FromPhone;
    try {
      message = readFromPhone(await channel.open(frame));
    } catch {
      // One that was changed or repeated on its way is left out: it is none of the phone's.
      return;
    }
    if (this.#channel !== channel) return;
    const phase = message.what === "off" ? "joined" : "sending";
    if (this.#store.getState().phase !== phase) this.#store.setState({ phase });
    this.#listener?.(message);
  }

  /** The pairing ended. One that never was a sensor says nothing here. */
  onEnd(notice: string | null): void {
    if (this.#channel === null) return;
    this.#channel = null;
    this.#store.setState({ phase: "off", notice });
    this.#listener?.({ what: "off" });
  }

  /** Says what is wanted now. Frames leave in the order of their numbers, since an older one is not heard. */
  #ask(): Promise<void> {
    const channel = this.#channel;
    if (channel === null) return this.#order;
    this.#order = this.#order.then(async () => {
      const frame = await channel.seal(sensorRequestBytes(this.#request));
      if (this.#channel === channel) this.#send(frame);
    });
    return this.#order;
  }
}

// The phone's end as the sensor of its person's studio: asks, shows the digits, then sends what one sensor measures, sealed.
import { createStore, type StoreApi } from "zustand/vanilla";
import { makeKeys, offBytes, readSensorRequest, SealedChannel, type SensorRequest } from "../../../preview/phone";
import type { Bytes } from "../../../runtime/types";
import { WAITING_LIMIT, type PairingSocket } from "../pairing/pairing";

export interface SensorState {
  readonly phase: "off" | "opening" | "waiting" | "joined";
  readonly digits: string | null;
  /** The measurements that the studio wants; null while it wants none. */
  readonly request: SensorRequest | null;
  readonly notice: string | null;
}

const OFF: SensorState = { phase: "off", digits: null, request: null, notice: null };
const OLDER = "The studio shows a newer code. Scan that one.";

export class SensorPairing {
  readonly #open: () => PairingSocket;
  readonly #studioKey: string;
  readonly #store = createStore<SensorState>(() => OFF);
  readonly state: Omit<StoreApi<SensorState>, "setState"> = this.#store;
  #wire: PairingSocket | null = null;
  #channel: SealedChannel | null = null;
  /** Whether the studio of the scanned code has sent a message. */
  #hasHeard = false;
  /** Frames leave in the order of their numbers. */
  #sending: Promise<unknown> = Promise.resolve();

  /** `studioKey` is the public key in the scanned code. */
  constructor(open: () => PairingSocket, studioKey: string) {
    this.#open = open;
    this.#studioKey = studioKey;
  }

  readonly start = (): void => {
    this.#drop();
    const wire = this.#open();
    this.#wire = wire;
    this.#store.setState({ ...OFF, phase: "opening" });
    wire.onmessage = ({ data }) => {
      if (this.#wire === wire) void this.#hear(wire, JSON.parse(String(data)) as Message);
    };
    wire.onclose = ({ reason }) => {
      if (this.#wire === wire) this.#end(reason === "" ? "The connection was lost. Scan a new code." : reason);
    };
  };

  readonly stop = (): void => this.#end(null);

  /** Sends what was measured; without a studio, or over a slow connection, it is lost. */
  readonly send = (bytes: Bytes): void => {
    const [channel, wire] = [this.#channel, this.#wire];
    // Measurements during a slow connection are lost: the studio's preview shows nothing that is late.
    if (channel === null || wire === null || wire.bufferedAmount > WAITING_LIMIT) return;
    this.#sending = this.#sending
      .then(() => channel.seal(bytes))
      .then((frame) => {
        if (this.#wire === wire) wire.send(JSON.stringify({ type: "sealed", frame }));
      });
  };

  /** Says that the sensor was switched off here. */
  readonly off = (): void => this.send(offBytes());

  async #hear(wire: PairingSocket, message: Message): Promise<void> {
    switch (message.type) {
      case "digits":
        this.#store.setState({ phase: "waiting", digits: message.digits });
        break;
      case "paired":
        await this.#join(wire);
        break;
      case "sealed":
        await this.#take(message.frame);
        break;
    }
  }

  async #join(wire: PairingSocket): Promise<void> {
    const keys = await makeKeys();
    const channel = await SealedChannel.join(keys, this.#studioKey, "phone").catch(() => null);
    if (this.#wire !== wire) return;
    if (channel === null) {
      this.#end("The code cannot be read. Scan a new one.");
      return;
    }
    this.#channel = channel;
    this.#hasHeard = false;
    this.#store.setState({ phase: "joined", digits: null });
    wire.send(JSON.stringify({ type: "key", key: keys.publicKey }));
  }

  async #take(frame: string): Promise<void> {
    const channel = this.#channel;
    if (channel === null) return;
    try {
      const request = readSensorRequest(await channel.open(frame));
      if (this.#channel === channel) this.#store.setState({ request });
      this.#hasHeard = true;
    } catch {
      // The message was not sealed with the key of the scanned code, so it is ignored. If no message was readable yet, the
      // scanned code is out of date.
      if (!this.#hasHeard && this.#channel === channel) this.#end(OLDER);
    }
  }

  #end(notice: string | null): void {
    this.#drop();
    this.#store.setState({ ...OFF, notice });
  }

  #drop(): void {
    const wire = this.#wire;
    this.#wire = null;
    this.#channel = null;
    wire?.close();
  }
}

type Message =
  | { readonly type: "digits"; readonly digits: string }
  | { readonly type: "paired" }
  | { readonly type: "sealed"; readonly frame: string };

// The studio's end of a pairing: hears which phones of its own person ask, confirms the digits of one, and shows what it
// sends. Open while its dialog is, and for as long as a phone is paired.
import { createStore, type StoreApi } from "zustand/vanilla";
import { MirrorStore } from "../../preview";
import type { StudioSensor, RunNews } from "../../preview";

export interface PairingRequest {
  readonly pairing: string;
  /** The digits that the phone must show too. */
  readonly digits: string;
}

export interface PhonesState {
  readonly isOpen: boolean;
  readonly requests: readonly PairingRequest[];
  readonly isPaired: boolean;
  /** Whether the phone, or the one that ended last, sends what it measures, and no results. */
  readonly isSensor: boolean;
  /** Why the last one ended, or what was wrong; null when nothing is to be said. */
  readonly notice: string | null;
}

/** The part of a WebSocket that is used. */
export interface PhoneSocket {
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

/** The server's messages; forge/player/consumers.py writes them. */
type Message =
  | { readonly type: "open" }
  | { readonly type: "asks"; readonly pairing: string; readonly digits: string }
  | { readonly type: "gone" | "wrong" | "paired"; readonly pairing: string }
  | { readonly type: "ended"; readonly reason: string }
  | { readonly type: "about"; readonly title: string; readonly wordlists: readonly (readonly string[])[] }
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "sealed"; readonly frame: string }
  | ({ readonly type: "outputs" } & RunNews);

const CLOSED: PhonesState = { isOpen: false, requests: [], isPaired: false, isSensor: false, notice: null };

/** Hears the phone that is a sensor; what its frames say it alone can read. */
export type SensorEnd = Pick<StudioSensor, "onKey" | "onFrame" | "onEnd">;

export class StudioPairing {
  readonly mirror = new MirrorStore();
  /** Reads what a phone that is a sensor sends. */
  sensor: SensorEnd | null = null;
  readonly #open: () => PhoneSocket;
  readonly #store = createStore<PhonesState>(() => CLOSED);
  readonly state: Omit<StoreApi<PhonesState>, "setState"> = this.#store;
  #wire: PhoneSocket | null = null;

  constructor(open: () => PhoneSocket) {
    this.#open = open;
  }

  /** Listens for phones, unless it does already. */
  listen(): void {
    if (this.#wire !== null) return;
    const wire = this.#open();
    this.#wire = wire;
    wire.onmessage = ({ data }) => {
      if (this.#wire === wire) this.#hear(JSON.parse(String(data)) as Message);
    };
    wire.onclose = ({ reason }) => {
      if (this.#wire !== wire) return;
      this.#wire = null;
      const notice = reason === "" ? "The connection was lost. Pair again." : reason;
      this.#store.setState({ ...CLOSED, isSensor: this.#store.getState().isSensor, notice });
      this.sensor?.onEnd(notice);
    };
  }

  /** Stops listening for phones; one that is paired stays. */
  rest(): void {
    if (!this.#store.getState().isPaired) this.close();
    else this.#store.setState({ requests: [], notice: null });
  }

  readonly close = (): void => {
    const wire = this.#wire;
    this.#wire = null;
    wire?.close();
    this.#store.setState(CLOSED);
    this.sensor?.onEnd(null);
  };

  /** A sealed frame for the phone. */
  readonly sendFrame = (frame: string): void => this.#say({ type: "sealed", frame });

  /** The person has seen the same digits on the phone. */
  confirm({ pairing, digits }: PairingRequest): void {
    this.#say({ type: "confirm", pairing, digits });
  }

  refuse({ pairing }: PairingRequest): void {
    this.#say({ type: "refuse", pairing });
    this.#without(pairing, null);
  }

  /** The person has read why it ended. */
  readonly dismiss = (): void => this.#store.setState({ notice: null });

  readonly unpair = (): void => this.close();

  #hear(message: Message): void {
    switch (message.type) {
      case "open":
        this.#store.setState({ ...CLOSED, isOpen: true });
        break;
      case "asks":
        this.#store.setState({
          notice: null,
          requests: [...this.#store.getState().requests, { pairing: message.pairing, digits: message.digits }],
        });
        break;
      case "gone":
        this.#without(message.pairing, null);
        break;
      case "wrong":
        this.#without(message.pairing, "The phone now shows different digits. Start again on the phone.");
        break;
      case "paired":
        this.mirror.about("", []);
        this.#store.setState({ isPaired: true, isSensor: false, requests: [], notice: null });
        break;
      case "about":
        this.mirror.about(message.title, message.wordlists);
        break;
      case "outputs":
        this.mirror.take(message);
        break;
      case "key":
        this.#store.setState({ isSensor: true });
        void this.sensor?.onKey(message.key);
        break;
      case "sealed":
        void this.sensor?.onFrame(message.frame);
        break;
      case "ended":
        this.#store.setState({ isPaired: false, notice: message.reason });
        this.sensor?.onEnd(message.reason);
        break;
    }
  }

  #without(pairing: string, notice: string | null): void {
    this.#store.setState({
      notice,
      requests: this.#store.getState().requests.filter((each) => each.pairing !== pairing),
    });
  }

  #say(message: object): void {
    this.#wire?.send(JSON.stringify(message));
  }
}

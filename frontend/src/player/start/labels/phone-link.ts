// The code by which one's phone records for this page, and the phone that scanned it. One code at a time; no component.
import { createStore } from "zustand/vanilla";
import { problemText, type PhoneCode, type PhoneState, type StartServer } from "../server";

export interface PhoneLinkState {
  /** The id of the label whose card shows the code; null while none does. */
  readonly openLabel: number | null;
  readonly code: PhoneCode | null;
  readonly phone: PhoneState | null;
  readonly problem: string | null;
}

const NONE: PhoneLinkState = { openLabel: null, code: null, phone: null, problem: null };

export const isConnected = (phone: PhoneState | null): phone is PhoneState =>
  phone !== null && phone.digits !== "" && !phone.isOver;

export class PhoneLink {
  readonly state = createStore<PhoneLinkState>(() => NONE);

  constructor(
    readonly server: Pick<StartServer, "phone" | "phoneState" | "endPhone">,
    readonly kind: string,
  ) {}

  /** Opens a label's panel. A phone that is connected records for all labels, so its code stays. */
  async open(label: number, name: string, names: readonly string[]): Promise<void> {
    this.state.setState({ openLabel: label });
    await this.refresh();
    if (!isConnected(this.state.getState().phone)) await this.renew(name, names);
  }

  close(): void {
    this.state.setState({ openLabel: null });
  }

  /** Shows a new code. */
  async renew(name: string, names: readonly string[]): Promise<void> {
    this.state.setState({ code: null, phone: null, problem: null });
    await this.#attempt(async () => this.state.setState({ code: await this.server.phone(name, names, this.kind) }));
  }

  /** Ends the phone: it records no longer, and what it did not send stays on it. */
  async end(): Promise<void> {
    const { code } = this.state.getState();
    if (code === null) return;
    await this.#attempt(() => this.server.endPhone(code.link));
    await this.refresh();
  }

  /** Reads what became of the code. */
  readonly refresh = async (): Promise<void> => {
    const { code } = this.state.getState();
    if (code === null) return;
    await this.#attempt(async () => {
      const phone = await this.server.phoneState(code.link);
      if (this.state.getState().code === code) this.state.setState({ phone, problem: null });
    });
  };

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.state.setState({ problem: problemText(error) });
    }
  }
}

// A session with its sandboxed frame, for the life of a component.
import { useEffect, useState, type RefObject } from "react";
import { useStore } from "zustand";
import {
  RuneError,
  RuneFrame,
  type Addresses,
  type LoadExtras,
  type Limits,
  type LoadedRune,
  type RunResult,
  type StageTimes,
} from "../../runtime";
import { Session, type PreviewEngine, type Snapshot } from "./session";

/** Opens the frame when the first rune is there, and closes it with the component. */
export class FrameEngine implements PreviewEngine {
  readonly #addresses: Addresses | undefined;
  #container: HTMLElement | null = null;
  #frame: Promise<RuneFrame> | null = null;
  #readyFrame: RuneFrame | null = null;

  constructor(addresses: Addresses | undefined) {
    this.#addresses = addresses;
  }

  attach(container: HTMLElement | null): void {
    this.#container = container;
  }

  close(): void {
    void this.#frame?.then((frame) => frame.close()).catch(() => undefined);
    this.#frame = this.#readyFrame = null;
  }

  /** A frame that is open gets the rune before this returns. */
  load(rune: ArrayBuffer, limits: Limits, extras: LoadExtras): Promise<LoadedRune> {
    const load = (frame: RuneFrame) => frame.load(rune, limits, extras);
    return this.#readyFrame === null ? this.#open().then(load) : load(this.#readyFrame);
  }

  async run(inputs: ReadonlyMap<number, ArrayBuffer>): Promise<RunResult> {
    return (await this.#open()).run(inputs);
  }

  async time(inputs: ReadonlyMap<number, ArrayBuffer>): Promise<StageTimes> {
    return (await this.#open()).time(inputs);
  }

  #open(): Promise<RuneFrame> {
    if (this.#container === null) return Promise.reject(new RuneError("frame", "The preview is not on the page."));
    this.#frame ??= RuneFrame.open(this.#container, this.#addresses).catch((error: unknown) => {
      this.#frame = null;
      throw error;
    });
    const opening = this.#frame;
    return opening.then((frame) => {
      // Unless the component went meanwhile.
      if (opening === this.#frame) this.#readyFrame = frame;
      return frame;
    });
  }
}

export function useSession(
  rune: ArrayBuffer | null,
  edition: string | null,
  resources: ReadonlyMap<string, ArrayBuffer> | undefined,
  container: RefObject<HTMLElement | null>,
  limits: Limits | undefined,
  addresses: Addresses | undefined,
): [session: Session, snapshot: Snapshot] {
  const [{ engine, session }] = useState(() => {
    const frame = new FrameEngine(addresses);
    return { engine: frame, session: new Session(frame, limits) };
  });
  useEffect(() => {
    engine.attach(container.current);
    return () => engine.close();
  }, [engine, container]);
  useEffect(() => {
    void session.use(rune, resources, edition);
    // The edition changes with the rune.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [session, rune, resources]);
  return [session, useStore(session.state)];
}

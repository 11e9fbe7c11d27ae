// A rune in a page: the sandboxed frame, the page worker in it, and the watchdog that ends a rune which does not answer.
import { RuneError, runeErrorFrom } from "../errors";
import { unpackResult } from "./packing";
import {
  DEFAULT_LIMITS,
  type FrameRequest,
  type LoadExtras,
  type Limits,
  type LoadedRune,
  type RuneCounts,
  type RunResult,
  type StageTimes,
} from "../types";
import type { InterpreterFiles, InterpreterName, WorkerNote, WorkerReply, WorkerRequest } from "../types";

const FRAME_MILLISECONDS = 15_000;
/** For starting a worker and compiling, before anything of the rune runs. */
const LOADING_MILLISECONDS = 15_000;
/** For starting an interpreter of 9 MB, on a phone too, and loading the rune's models on it. */
const OPENING_MILLISECONDS = 30_000;
/** After a rune was loaded, until the worker of the next one is started: the rune has run and is drawn by then. */
const PREPARE_MILLISECONDS = 200;

export interface Addresses {
  /** The page that holds frame.js, with a content security policy of its own. */
  readonly frame: string;
  /** The worker's script, which is posted into the frame as text. */
  readonly worker: string;
  /**
   * The policy that the frame is served with is its sandbox, and the element has none of its own: a service worker, which
   * gives the frame without a network, is not asked for one that has.
   */
  readonly isSandboxedByPolicy?: boolean;
}

const ADDRESSES: Addresses = { frame: "/frame/", worker: `${import.meta.env.BASE_URL}worker.js` };

const NOT_FETCHED =
  "This rune's model is run by its host, and the interpreter for this page could not be fetched. Check the connection and press Restart.";

const NOT_AUTOMATIC = "This rune's model is run by its host. Run the rune to fetch the interpreter for it.";

const STALLED =
  "This rune's model is run by its host. The download of the interpreter stopped: no data for 20 s. Press Restart to try again.";

/** How a load ends that is to begin again with one more interpreter. */
class Wanting extends RuneError {
  constructor() {
    super("stopped", "The rune was loaded again, with the interpreter for its model.");
  }
}

type Answer = LoadedRune | RunResult | StageTimes | RuneCounts | null;

interface Pending {
  readonly resolve: (value: Answer) => void;
  readonly reject: (error: RuneError) => void;
  timer: ReturnType<typeof setTimeout>;
}

export class RuneFrame {
  readonly #element: HTMLIFrameElement;
  readonly #workerSource: string;
  readonly #pending = new Map<number, Pending>();
  #port: MessagePort | null = null;
  #limits: Limits = DEFAULT_LIMITS;
  #lastId = 0;
  #hasStarted = false;
  #extras: LoadExtras = {};
  /** The interpreters of the rune that is loaded, or of the one before: a rebuilt rune will want them again. */
  #interpreters = new Map<InterpreterName, InterpreterFiles>();
  #preparing: ReturnType<typeof setTimeout> | undefined;

  private constructor(element: HTMLIFrameElement, workerSource: string) {
    this.#element = element;
    this.#workerSource = workerSource;
  }

  /** Puts the frame into `container`, where it is not seen. Throws a `frame` error. */
  static async open(container: HTMLElement, addresses: Addresses = ADDRESSES): Promise<RuneFrame> {
    const frame = openFrame(
      container,
      addresses.frame,
      "Sandbox in which the rune runs",
      addresses.isSandboxedByPolicy,
    );
    try {
      const [element, source] = await Promise.all([frame, workerSource(addresses.worker)]);
      return new RuneFrame(element, source);
    } catch (error) {
      void frame.then(
        (element) => element.remove(),
        () => undefined,
      );
      throw error;
    }
  }

  /** Starts a fresh worker with this rune; the one before it is ended. Throws `RuneError`. */
  async load(rune: ArrayBuffer, limits: Limits = DEFAULT_LIMITS, extras: LoadExtras = {}): Promise<LoadedRune> {
    this.stop(new RuneError("stopped", "Another rune was loaded."));
    clearTimeout(this.#preparing);
    this.#limits = limits;
    this.#extras = extras;
    const load = (): Promise<LoadedRune> => {
      this.#start();
      const interpreters = [...this.#interpreters].map(([id, { name, binary }]) => ({ id, name, binary }));
      const request = { type: "load", rune, limits, resources: [...(extras.resources ?? [])], interpreters } as const;
      return this.#ask(request, LOADING_MILLISECONDS) as Promise<LoadedRune>;
    };
    for (;;) {
      try {
        const loadedRune = await load();
        if (loadedRune.models.length === 0) this.#interpreters.clear();
        if (extras.isFollowed === true) this.#prepareSoon();
        return loadedRune;
      } catch (error) {
        if (!(error instanceof Wanting)) throw error;
      }
    }
  }

  /** Runs the loaded rune once. One run at a time; a run that does not end in time is stopped. Throws `RuneError`. */
  async run(inputs: ReadonlyMap<number, ArrayBuffer>): Promise<RunResult> {
    const request = { type: "run", inputs: [...inputs] } as const;
    return (await this.#ask(request, this.#limits.milliseconds)) as RunResult;
  }

  /** Runs the loaded rune many times on one input to tell what its stages take: only one that was built for it says so. */
  async time(inputs: ReadonlyMap<number, ArrayBuffer>): Promise<StageTimes> {
    // One run that is not timed, one that is, and what was begun in time.
    return (await this.#ask({ type: "time", inputs: [...inputs] }, 3 * this.#limits.milliseconds)) as StageTimes;
  }

  /** Takes the counts of the loaded rune since the last call; null where it counts nothing. Throws `RuneError`. */
  async takeCounts(): Promise<RuneCounts | null> {
    return (await this.#ask({ type: "counts" }, this.#limits.milliseconds)) as RuneCounts | null;
  }

  /** Ends the worker; what was under way fails with `error`. The frame stays and can load again. */
  stop(error: RuneError = new RuneError("stopped", "The rune was stopped.")): void {
    this.#port?.close();
    this.#port = null;
    this.#post({ type: "stop" });
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }

  close(): void {
    this.stop();
    clearTimeout(this.#preparing);
    this.#element.remove();
  }

  /** Has the worker of the next rune started, unless an interpreter of some megabytes would wait with it. */
  #prepareSoon(): void {
    if (this.#interpreters.size > 0) return;
    this.#preparing = setTimeout(() => {
      this.#post({ type: "prepare", worker: this.#workerSource });
    }, PREPARE_MILLISECONDS);
  }

  #start(): void {
    const { port1, port2 } = new MessageChannel();
    this.#hasStarted = false;
    port1.onmessage = ({ data }: MessageEvent<WorkerReply | WorkerNote>) => {
      if (data === "started") this.#hasStarted = true;
      else if (data === "compiled") this.#restartClocks(this.#limits.milliseconds);
      else if (data === "opening") this.#restartClocks(OPENING_MILLISECONDS);
      else if ("needs" in data) void this.#provide(data.needs, port1);
      else this.#settle(data);
    };
    this.#port = port1;
    const scripts = [...this.#interpreters.values()].map(({ script }) => script);
    this.#post({ type: "start", worker: [...scripts, this.#workerSource].join("\n;\n"), port: port2 }, [port2]);
  }

  #post(message: FrameRequest, transfer: Transferable[] = []): void {
    // The frame's origin is opaque, so no other target can be named; what is posted is public or the user's own rune.
    this.#element.contentWindow?.postMessage(message, "*", transfer);
  }

  #ask(request: WithoutId<WorkerRequest>, milliseconds: number): Promise<Answer> {
    const port = this.#port;
    if (port === null) return Promise.reject(new RuneError("stopped", "No rune is loaded."));
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, timer: this.#clock(milliseconds) });
      port.postMessage({ ...request, id } satisfies WorkerRequest);
    });
  }

  /** The watchdog: what has no answer by then is ended. */
  #clock(milliseconds: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      const seconds = Math.round(milliseconds / 100) / 10;
      this.stop(
        this.#hasStarted
          ? new RuneError("stopped", `The rune was stopped: it did not answer within ${seconds} s.`)
          : new RuneError("frame", "The sandbox in which runes run did not start. Reload the page."),
      );
    }, milliseconds);
  }

  #restartClocks(milliseconds: number): void {
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.timer = this.#clock(milliseconds);
    }
  }

  /** Fetches an interpreter; then another worker takes the place of this one. */
  async #provide(name: InterpreterName, port: MessagePort): Promise<void> {
    // Nothing of the rune runs while it is fetched, so no clock does.
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
    const { mayFetch, onFetch } = this.#extras;
    const files = mayFetch === false ? NOT_AUTOMATIC : await fetchInterpreter(name, onFetch);
    if (port !== this.#port) return;
    if (typeof files === "string") {
      this.stop(new RuneError("host-model", files));
      return;
    }
    this.#interpreters.set(name, files);
    this.stop(new Wanting());
  }

  #settle(reply: WorkerReply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    clearTimeout(pending.timer);
    if (!reply.ok) pending.reject(runeErrorFrom(reply.name, reply.message, reply.limit));
    else pending.resolve("packedResult" in reply ? unpackResult(reply.packedResult) : reply.value);
  }
}

/** The files of an interpreter, or why they are not here. What fetches them is fetched with them. */
async function fetchInterpreter(
  name: InterpreterName,
  onFetch: LoadExtras["onFetch"],
): Promise<InterpreterFiles | string> {
  try {
    const { interpreterFiles, StallError } = await import("../interpreters/files");
    return await interpreterFiles(name, onFetch).catch((error: unknown) => {
      if (error instanceof StallError) return STALLED;
      throw error;
    });
  } catch {
    return NOT_FETCHED;
  }
}

type WithoutId<Request> = Request extends { readonly id: number } ? Omit<Request, "id"> : never;

async function workerSource(address: string): Promise<string> {
  const response = await fetch(address).catch(() => null);
  if (response?.ok !== true) throw new RuneError("frame", "The sandbox could not be loaded. Reload the page.");
  return response.text();
}

/** A sandboxed frame that is not seen, in `container`. Throws a `frame` error, and leaves none behind then. */
export async function openFrame(
  container: HTMLElement,
  address: string,
  title: string,
  isSandboxedByPolicy = false,
): Promise<HTMLIFrameElement> {
  const element = document.createElement("iframe");
  if (!isSandboxedByPolicy) element.setAttribute("sandbox", "allow-scripts");
  element.setAttribute("aria-hidden", "true");
  element.title = title;
  element.hidden = true;
  element.tabIndex = -1;
  try {
    await whenLoaded(element, address, container);
    // Whatever came in its place, nothing foreign is put into a frame that could read this page.
    if (element.contentDocument !== null) throw new RuneError("frame", "The sandbox is not isolated. Reload the page.");
    return element;
  } catch (error) {
    element.remove();
    throw error;
  }
}

function whenLoaded(element: HTMLIFrameElement, address: string, container: HTMLElement): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new RuneError("frame", "The sandbox did not start. Reload the page."));
    }, FRAME_MILLISECONDS);
    element.addEventListener(
      "load",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
    element.src = address;
    container.append(element);
  });
}

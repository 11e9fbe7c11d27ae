// A person's Python in a page: the sandboxed frame, its worker, and the watchdog that ends one that does not answer.
import { openFrame, type FrameRequest } from "../runtime";
import type {
  BlockLoaded,
  BlockRun,
  BlockText,
  FromPython,
  PythonFiles,
  TestRecording,
  RecordedText,
  TestsRun,
  TestsText,
  ToPython,
} from "./messages";

/** For unpacking and starting Python, on a phone too. */
const STARTING_MILLISECONDS = 60_000;
/** Without a sign of life. Python itself ends a run at its line, after a second of its own time; this ends what it cannot. */
const SILENT_MILLISECONDS = 10_000;
/** For one answer, with all signs of life: where a processor is shared, a second of one's own takes long. */
const ANSWER_MILLISECONDS = 60_000;

/** Why nothing runs, as a sentence. */
export class PythonStopped extends Error {}

interface Pending {
  readonly resolve: (reply: string) => void;
  readonly reject: (error: Error) => void;
}

type Timer = ReturnType<typeof setTimeout>;

interface FrameFiles {
  readonly script: string;
  readonly files: PythonFiles;
}

/** Fetches what Python needs, once for a page: the browser keeps it, since the studio's own checks need the same files. */
async function fetchFrameFiles(base: string, worker: string): Promise<FrameFiles> {
  const get = async (address: string): Promise<Response> => {
    const response = await fetch(address).catch(() => null);
    if (response?.ok !== true)
      throw new PythonStopped("Python could not be fetched. Check the connection and try again.");
    return response;
  };
  const text = async (address: string): Promise<string> => (await get(address)).text();
  const bytes = async (name: string): Promise<ArrayBuffer> => (await get(`${base}${name}`)).arrayBuffer();
  const [engine, loader, own, wasm, library, lock, language] = await Promise.all([
    text(`${base}pyodide.asm.js`),
    text(`${base}pyodide.js`),
    text(worker),
    bytes("pyodide.asm.wasm"),
    bytes("python_stdlib.zip"),
    bytes("pyodide-lock.json"),
    bytes("language.zip"),
  ]);
  return { script: [engine, loader, own].join("\n;\n"), files: { wasm, library, lock, language } };
}

export class PythonFrame {
  /** Requests without an answer, in their order: Python works on the first, and only that one is timed. */
  private readonly pending = new Map<number, Pending>();
  private silent: Timer | undefined;
  private whole: Timer | undefined;
  private element: HTMLIFrameElement | null = null;
  private port: MessagePort | null = null;
  private starting: Promise<void> | null = null;
  private files: Promise<FrameFiles> | null = null;
  private lastId = 0;

  constructor(
    private readonly container: HTMLElement,
    private readonly base: string,
    private readonly worker = `${import.meta.env.BASE_URL}blocks.js`,
    private readonly silentMilliseconds = SILENT_MILLISECONDS,
  ) {}

  async load(block: BlockText): Promise<BlockLoaded> {
    return JSON.parse(await this.ask({ ask: "load", ...block })) as BlockLoaded;
  }

  async run(inputs: readonly (readonly number[])[]): Promise<BlockRun> {
    return JSON.parse(await this.ask({ ask: "run", inputs })) as BlockRun;
  }

  /** Runs the tests of a block; the one that is loaded stays as it is. */
  async test(tests: TestsText): Promise<TestsRun> {
    return JSON.parse(await this.ask({ ask: "test", ...tests })) as TestsRun;
  }

  /** A test of what a block read; the one that is loaded stays as it is. */
  async record(recording: RecordedText): Promise<TestRecording> {
    return JSON.parse(await this.ask({ ask: "record", ...recording })) as TestRecording;
  }

  /** The answer to a request, as text. Throws `PythonStopped`; the next request begins with a fresh Python. */
  async ask(request: object): Promise<string> {
    this.starting ??= this.start();
    try {
      await this.starting;
    } catch (error) {
      this.starting = null;
      throw error;
    }
    return this.post(JSON.stringify(request));
  }

  close(): void {
    this.end(new PythonStopped("The block was closed."));
    this.element?.remove();
    this.element = null;
  }

  private async start(): Promise<void> {
    this.files ??= fetchFrameFiles(this.base, this.worker).catch((error: unknown) => {
      this.files = null;
      throw error;
    });
    const { script, files } = await this.files;
    this.element ??= await openFrame(this.container, "/frame/", "Sandbox in which blocks in Python run");
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => {
        reject(new PythonStopped("Python did not start. Reload the page."));
        this.end(new PythonStopped("Python did not start. Reload the page."));
      };
      const timer = setTimeout(fail, STARTING_MILLISECONDS);
      port1.onmessage = ({ data }: MessageEvent<FromPython>) => {
        if ("ready" in data || "failed" in data) clearTimeout(timer);
        if ("ready" in data) resolve();
        else if ("failed" in data) fail();
        else if ("alive" in data) this.watchSilence();
        else this.settle(data);
      };
      // The frame's origin is opaque, so no other target can be named; what is posted is ours and public.
      const begin: FrameRequest = { type: "start", worker: script, port: port2 };
      this.element?.contentWindow?.postMessage(begin, "*", [port2]);
      port1.postMessage({ files } satisfies ToPython);
    });
  }

  private post(request: string): Promise<string> {
    const { port } = this;
    if (port === null) return Promise.reject(new PythonStopped("Python was stopped."));
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      if (this.pending.size === 1) this.watch();
      port.postMessage({ id, request } satisfies ToPython);
    });
  }

  private settle(reply: Extract<FromPython, { readonly id: number }>): void {
    const pending = this.pending.get(reply.id);
    if (pending === undefined) return;
    this.pending.delete(reply.id);
    if ("reply" in reply) {
      this.watch();
      pending.resolve(reply.reply);
    } else this.end(new PythonStopped(explanationOf(reply.error)), pending);
  }

  /** Times what Python works on now, if there is anything. */
  private watch(): void {
    clearTimeout(this.whole);
    clearTimeout(this.silent);
    if (this.pending.size === 0) return;
    this.whole = setTimeout(() => this.giveUp(ANSWER_MILLISECONDS), ANSWER_MILLISECONDS);
    this.watchSilence();
  }

  private watchSilence(): void {
    clearTimeout(this.silent);
    this.silent = setTimeout(() => this.giveUp(this.silentMilliseconds), this.silentMilliseconds);
  }

  private giveUp(milliseconds: number): void {
    this.end(new PythonStopped(`The block was stopped: it did not answer within ${milliseconds / 1000} s.`));
  }

  /** Ends the worker; what was under way fails. */
  private end(error: PythonStopped, also?: Pending): void {
    this.port?.close();
    this.port = null;
    this.starting = null;
    const stop: FrameRequest = { type: "stop" };
    this.element?.contentWindow?.postMessage(stop, "*");
    const left = [...this.pending.values()];
    this.pending.clear();
    this.watch();
    also?.reject(error);
    for (const { reject } of left) reject(error);
  }
}

function explanationOf(error: string): string {
  return /MemoryError|out of memory/i.test(error)
    ? "The block was stopped: it needed more memory than the page gives it."
    : `Python stopped: ${error.trim().split("\n").at(-1) ?? ""}`;
}

// The language in this page: starts its worker, keeps its copy of the project's files, asks it one thing after another.
import type { AskMessage, FromWorker, StartMessage } from "./messages";
import type { KnownFile, LanguageReply, LanguageRequest } from "./types";

/** The part of a Worker that this uses, so that tests can pass another. */
export interface WorkerLike {
  postMessage(message: StartMessage | AskMessage): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** An answer that takes longer than this is none: the worker is ended, and the server answers from then on. */
const TIMEOUT = 20_000;

interface Waiting {
  readonly resolve: (reply: LanguageReply) => void;
  readonly reject: (error: Error) => void;
}

export class BrowserLanguage {
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private sentFiles = new Map<string, KnownFile>();
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  state: "starting" | "ready" | "failed" = "starting";

  constructor(
    private readonly worker: WorkerLike,
    base: string,
    private readonly onState: () => void,
  ) {
    worker.onmessage = ({ data }) => this.hear(data);
    worker.onerror = () => this.fail();
    worker.postMessage({ start: base });
  }

  /** Asks about these files; only what changed since the last request is sent. */
  ask(request: LanguageRequest, files: ReadonlyMap<string, KnownFile>): Promise<LanguageReply> {
    if (this.state !== "ready") return Promise.reject(new Error("The language service is not loaded."));
    const changes: Record<string, KnownFile | null> = {};
    for (const [path, file] of files) if (this.sentFiles.get(path) !== file) changes[path] = file;
    for (const path of this.sentFiles.keys()) if (!files.has(path)) changes[path] = null;
    this.sentFiles = new Map(files);
    const whole = Object.keys(changes).length === 0 ? request : { ...request, files: changes };
    const id = (this.lastId += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.watch();
      this.worker.postMessage({ id, request: JSON.stringify({ offsets: "utf-16", ...whole }) });
    });
  }

  close(): void {
    this.fail();
  }

  private hear(message: FromWorker): void {
    if ("ready" in message) {
      this.state = "ready";
      this.onState();
    } else if ("failed" in message) {
      this.fail();
    } else {
      const waiting = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      this.watch();
      const reply = JSON.parse(message.reply) as LanguageReply;
      // A request that was refused as a whole brought no files: all are sent with the next one.
      if ("error" in reply && reply.error.name === "bad-request") this.sentFiles = new Map();
      waiting?.resolve(reply);
    }
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    if (this.waiting.size > 0) this.watchdog = setTimeout(() => this.fail(), TIMEOUT);
  }

  private fail(): void {
    clearTimeout(this.watchdog);
    if (this.state === "failed") return;
    this.state = "failed";
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Error("The language service stopped."));
    this.waiting.clear();
    this.onState();
  }
}

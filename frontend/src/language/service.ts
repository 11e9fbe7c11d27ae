// One place to ask what the language knows: this page's own Python as soon as it is there, the server until then.
import { createStore, type StoreApi } from "zustand/vanilla";
import { BrowserLanguage, type WorkerLike } from "./browser";
import { LanguageRefusal, type KnownFile, type LanguageReply, type LanguageRequest } from "./types";

export interface LanguageOptions {
  /** The files that the language may read: the same object for a file that has not changed. */
  readonly files: () => Promise<ReadonlyMap<string, KnownFile>>;
  /** The texts alone, which are here at once. */
  readonly texts: () => ReadonlyMap<string, KnownFile>;
  /** Asks the server, which knows what is stored; `changes` are texts that may be newer here. */
  readonly askServer: (request: LanguageRequest) => Promise<LanguageReply>;
  /** Where Pyodide and the packed language are, or null where they were not built. */
  readonly base: string | null;
  readonly startWorker: () => WorkerLike;
}

export class LanguageService {
  private browser: BrowserLanguage | null = null;
  private readonly answering = createStore<"browser" | "server">(() => "server");
  /** Who answers now. */
  readonly state: Omit<StoreApi<"browser" | "server">, "setState"> = this.answering;

  /** Where Pyodide and the packed language are, or null. */
  readonly base: string | null;

  constructor(private readonly options: LanguageOptions) {
    this.base = options.base;
  }

  /** Loads the language into this page. Until it is there, and if it cannot be, the server answers. */
  start(): void {
    if (this.options.base === null || this.browser !== null) return;
    const browser = new BrowserLanguage(this.options.startWorker(), this.options.base, () =>
      this.answering.setState(browser.state === "ready" ? "browser" : "server"),
    );
    this.browser = browser;
  }

  /** The answer to a request. Throws `LanguageRefusal` with the reason when there is none. */
  async ask<Answer>(request: LanguageRequest): Promise<Answer> {
    const reply = await this.reply(request);
    if ("error" in reply) throw new LanguageRefusal(reply.error.name, reply.error.message);
    return reply.answer as Answer;
  }

  private async reply(request: LanguageRequest): Promise<LanguageReply> {
    if (this.browser?.state === "ready") {
      try {
        return await this.browser.ask(request, await this.options.files());
      } catch {
        // The worker ended; the server goes on.
      }
    }
    return this.options.askServer({ offsets: "utf-16", ...request, files: Object.fromEntries(this.options.texts()) });
  }

  close(): void {
    this.browser?.close();
  }
}

import { describe, expect, it, vi } from "vitest";
import type { FromWorker, ToWorker } from "./messages";
import { LanguageService } from "./service";
import { LanguageRefusal, type KnownFile, type LanguageRequest } from "./types";

class Worker {
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly messages: ToWorker[] = [];
  ended = false;

  postMessage(message: ToWorker): void {
    this.messages.push(message);
  }

  terminate(): void {
    this.ended = true;
  }

  say(data: FromWorker): void {
    this.onmessage?.({ data } as MessageEvent<FromWorker>);
  }

  requests(): readonly LanguageRequest[] {
    return this.messages.flatMap((message) =>
      "request" in message ? [JSON.parse(message.request) as LanguageRequest] : [],
    );
  }

  answerAll(answer: unknown): void {
    for (const message of this.messages)
      if ("id" in message) this.say({ id: message.id, reply: JSON.stringify({ answer }) });
  }
}

function service(): {
  readonly worker: Worker;
  readonly files: Map<string, KnownFile>;
  readonly requests: LanguageRequest[];
  readonly language: LanguageService;
} {
  const worker = new Worker();
  const files = new Map<string, KnownFile>([
    ["Runefile.yml", { text: "version: 1" }],
    ["m.tflite", { size: 7 }],
  ]);
  const requests: LanguageRequest[] = [];
  const language = new LanguageService({
    files: () => Promise.resolve(files),
    texts: () => new Map([...files].filter(([, file]) => "text" in file)),
    askServer: (request) => {
      requests.push(request);
      return Promise.resolve({ answer: "server" });
    },
    base: "/static/language/x/",
    startWorker: () => worker,
  });
  return { worker, files, requests, language };
}

describe("the language", () => {
  it("is the server's until the page's own is there", async () => {
    const { worker, requests: sentRequests, language } = service();
    language.start();
    expect(await language.ask({ ask: "check" })).toBe("server");
    expect(sentRequests[0]).toMatchObject({ ask: "check", files: { "Runefile.yml": { text: "version: 1" } } });
    expect(language.state.getState()).toBe("server");
    worker.say({ ready: true, milliseconds: 1 });
    expect(language.state.getState()).toBe("browser");
  });

  it("sends to its own worker only what changed", async () => {
    const { worker, files, language } = service();
    language.start();
    worker.say({ ready: true, milliseconds: 1 });
    const first = language.ask({ ask: "check" });
    await Promise.resolve();
    files.set("Runefile.yml", { text: "version: 2" });
    files.delete("m.tflite");
    const second = language.ask({ ask: "hover", offset: 3 });
    const third = language.ask({ ask: "tokens" });
    await Promise.resolve();
    worker.answerAll("here");
    expect(await Promise.all([first, second, third])).toEqual(["here", "here", "here"]);
    const requests = worker.requests();
    expect(Object.keys(requests[0]?.["files"] as object)).toEqual(["Runefile.yml", "m.tflite"]);
    expect(requests[1]?.["files"]).toEqual({ "Runefile.yml": { text: "version: 2" }, "m.tflite": null });
    expect(requests[2]?.["files"]).toBeUndefined();
  });

  it("goes back to the server when the worker does not answer", async () => {
    vi.useFakeTimers();
    const { worker, language } = service();
    language.start();
    worker.say({ ready: true, milliseconds: 1 });
    const answer = language.ask({ ask: "check" });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await answer).toBe("server");
    expect(worker.ended).toBe(true);
    expect(language.state.getState()).toBe("server");
    vi.useRealTimers();
  });

  it("stays with the server when it cannot be loaded", async () => {
    const { worker, language } = service();
    language.start();
    worker.say({ failed: "no such file" });
    expect(await language.ask({ ask: "check" })).toBe("server");
  });

  it("says why there is no answer", async () => {
    const { worker, language } = service();
    language.start();
    worker.say({ ready: true, milliseconds: 1 });
    const answer = language.ask({ ask: "rename", offset: 1, name: "x" });
    await Promise.resolve();
    worker.say({
      id: 1,
      reply: JSON.stringify({ error: { name: "rename-refused", message: "There is an x already." } }),
    });
    await expect(answer).rejects.toEqual(new LanguageRefusal("rename-refused", "There is an x already."));
  });
});

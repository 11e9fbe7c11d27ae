// The page worker: takes a port to the page, loads a rune, runs it on request. Built as one script, since it is posted
// into the sandboxed frame as text.
import { RuneError } from "./errors";
import { RuneInstance } from "./instance";
import { STARTED } from "./types";
import type { Loaded, RunResult, WorkerReply, WorkerRequest } from "./types";

let instance: RuneInstance | null = null;

async function answer(request: WorkerRequest): Promise<Loaded | RunResult> {
  if (request.type === "load") {
    instance = null;
    instance = await RuneInstance.load(request.rune, request.limits);
    return instance.loaded;
  }
  if (instance === null) throw new RuneError("stopped", "No rune is loaded.");
  return instance.run(new Map(request.inputs));
}

async function reply(request: WorkerRequest): Promise<WorkerReply> {
  const { id } = request;
  try {
    return { id, ok: true, value: await answer(request) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, ok: false, name, message };
  }
}

addEventListener("message", ({ ports: [port] }) => {
  if (port === undefined) return;
  // Says that the sandbox works, before anything foreign is loaded.
  port.postMessage(STARTED);
  port.onmessage = ({ data }: MessageEvent<WorkerRequest>) => {
    void reply(data).then((message) => port.postMessage(message));
  };
});

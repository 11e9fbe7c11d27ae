// The page worker: takes a port to the page, loads a rune, runs it on request. Built as one script, since it is posted
// into the sandboxed frame as text.
import { RuneError } from "./errors";
import { RuneInstance } from "./instance";
import type { Loaded, RunResult, WorkerNote, WorkerReply, WorkerRequest } from "./types";

let instance: RuneInstance | null = null;

type Send = (message: WorkerReply | WorkerNote) => void;

async function answer(request: WorkerRequest, send: Send): Promise<Loaded | RunResult> {
  if (request.type === "load") {
    instance = null;
    instance = await RuneInstance.load(request.rune, request.limits, () => send("compiled"));
    return instance.loaded;
  }
  if (instance === null) throw new RuneError("stopped", "No rune is loaded.");
  return instance.run(new Map(request.inputs));
}

async function reply(request: WorkerRequest, send: Send): Promise<WorkerReply> {
  const { id } = request;
  try {
    return { id, ok: true, value: await answer(request, send) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, ok: false, name, message };
  }
}

addEventListener("message", ({ ports: [port] }) => {
  if (port === undefined) return;
  const send: Send = (message) => port.postMessage(message);
  send("started");
  port.onmessage = ({ data }: MessageEvent<WorkerRequest>) => {
    void reply(data, send).then(send);
  };
});

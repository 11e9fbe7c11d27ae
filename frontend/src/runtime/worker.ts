// The page worker: takes a port to the page, loads a rune, runs it on request, asks for an interpreter when the rune has
// models. Built as one script, since it is posted into the sandboxed frame as text; an interpreter's script is put before it.
import { RuneError } from "./errors";
import { RuneInstance } from "./instance";
import { modelOpener, type FindInterpreter } from "./interpreters/open";
import type { InterpreterGiven, InterpreterName, Loaded, RunResult, StageTimes, WorkerNote, WorkerReply, WorkerRequest } from "./types";

/** What the interpreters' scripts leave behind. */
const LEFT: Readonly<Record<InterpreterName, string>> = { litert: "ModuleFactory", tfjs: "openTfjsModel" };

let instance: RuneInstance | null = null;

type Send = (message: WorkerReply | WorkerNote) => void;

/** WebKit loads no script in a worker of opaque origin, so a worker that lacks an interpreter waits for its end. */
function finder(given: readonly InterpreterGiven[], send: Send): FindInterpreter {
  return (wanted) => {
    const found = given.find(({ id }) => id === wanted);
    if (found !== undefined) return Promise.resolve({ ...found, left: Reflect.get(globalThis, LEFT[wanted]) as unknown });
    send({ needs: wanted });
    return new Promise(() => undefined);
  };
}

async function answer(request: WorkerRequest, send: Send): Promise<Loaded | RunResult | StageTimes> {
  if (request.type === "load") {
    instance = null;
    instance = await RuneInstance.load(request.rune, request.limits, {
      resources: new Map(request.resources),
      openModel: modelOpener(finder(request.interpreters, send)),
      onCompiled: () => send("compiled"),
      onOpening: () => send("opening"),
    });
    return instance.loaded;
  }
  if (instance === null) throw new RuneError("stopped", "No rune is loaded.");
  const inputs = new Map(request.inputs);
  return request.type === "time" ? instance.time(inputs) : instance.run(inputs);
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

// The page worker: takes a port to the page, loads a rune, runs it on request, asks for an interpreter when the rune has
// models. Built as one script, since it is posted into the sandboxed frame as text; an interpreter's script is put before it.
import { RuneError } from "../errors";
import { RuneInstance } from "../instance";
import { modelOpener, type FindInterpreter } from "../interpreters/open";
import { buffersOf } from "./packing";
import type {
  SuppliedInterpreter,
  InterpreterName,
  LoadedRune,
  PackedResult,
  RuneCounts,
  StageTimes,
  WorkerNote,
  WorkerReply,
  WorkerRequest,
} from "../types";

/** The globals that the interpreters' scripts leave behind. */
const LEFT: Readonly<Record<InterpreterName, string>> = { litert: "ModuleFactory", tfjs: "openTfjsModel" };

let instance: RuneInstance | null = null;

type Send = (message: WorkerReply | WorkerNote, transfer?: ArrayBuffer[]) => void;

/** WebKit loads no script in a worker of opaque origin, so a worker that lacks an interpreter waits for its end. */
function finder(interpreters: readonly SuppliedInterpreter[], send: Send): FindInterpreter {
  return (name) => {
    const interpreter = interpreters.find(({ id }) => id === name);
    if (interpreter !== undefined)
      return Promise.resolve({ ...interpreter, left: Reflect.get(globalThis, LEFT[name]) as unknown });
    send({ needs: name });
    return new Promise(() => undefined);
  };
}

type Answer = { readonly value: LoadedRune | StageTimes | RuneCounts | null } | { readonly packedResult: PackedResult };

async function answer(request: WorkerRequest, send: Send): Promise<Answer> {
  if (request.type === "load") {
    instance = null;
    instance = await RuneInstance.load(request.rune, request.limits, {
      resources: new Map(request.resources),
      openModel: modelOpener(finder(request.interpreters, send)),
      onCompiled: () => send("compiled"),
      onOpening: () => send("opening"),
    });
    return { value: instance.loadedRune };
  }
  if (instance === null) throw new RuneError("stopped", "No rune is loaded.");
  if (request.type === "counts") return { value: instance.takeCounts() };
  const inputs = new Map(request.inputs);
  return request.type === "time" ? { value: instance.time(inputs) } : { packedResult: instance.run(inputs) };
}

async function reply(request: WorkerRequest, send: Send): Promise<void> {
  const { id } = request;
  try {
    const result = await answer(request, send);
    if ("packedResult" in result)
      send({ id, ok: true, packedResult: result.packedResult }, buffersOf(result.packedResult));
    else send({ id, ok: true, value: result.value });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    send({ id, ok: false, name, message, limit: error instanceof RuneError ? error.limit : null });
  }
}

addEventListener("message", ({ ports: [port] }) => {
  if (port === undefined) return;
  const send: Send = (message, transfer = []) => port.postMessage(message, transfer);
  send("started");
  port.onmessage = ({ data }: MessageEvent<WorkerRequest>) => {
    void reply(data, send);
  };
});

// The page worker: takes a port to the page, loads a rune, runs it on request, asks for an interpreter when the rune has
// models. Built as one script, since it is posted into the sandboxed frame as text.
import { RuneError } from "./errors";
import { RuneInstance } from "./instance";
import { modelOpener, type RunScript } from "./interpreters/open";
import { modelError } from "./interpreters/interpreter";
import type {
  InterpreterFiles,
  InterpreterName,
  InterpreterReply,
  Loaded,
  RunResult,
  WorkerNote,
  WorkerReply,
  WorkerRequest,
} from "./types";

declare function importScripts(address: string): void;

let instance: RuneInstance | null = null;

type Send = (message: WorkerReply | WorkerNote) => void;

/** Interpreters that were asked for, until the page gives them. */
const asked = new Map<InterpreterName, (files: InterpreterFiles | null) => void>();

async function fetchInterpreter(name: InterpreterName, send: Send): Promise<InterpreterFiles> {
  const files = await new Promise<InterpreterFiles | null>((resolve) => {
    asked.set(name, resolve);
    send({ needs: name });
  });
  if (files !== null) return files;
  throw modelError("what runs such models in a page could not be fetched; check the connection and press Restart");
}

/** A script of a blob's address is the one kind that the frame's policy allows. */
const runScript: RunScript = (script, leaves) => {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  try {
    importScripts(address);
  } finally {
    URL.revokeObjectURL(address);
  }
  const left: unknown = Reflect.get(globalThis, leaves);
  if (left === undefined) throw modelError("what runs such models in a page is damaged; reload the page");
  return left;
};

async function answer(request: WorkerRequest, send: Send): Promise<Loaded | RunResult> {
  if (request.type === "load") {
    instance = null;
    instance = await RuneInstance.load(request.rune, request.limits, {
      resources: new Map(request.resources),
      openModel: modelOpener((name) => fetchInterpreter(name, send), runScript),
      onCompiled: () => send("compiled"),
    });
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
  port.onmessage = ({ data }: MessageEvent<WorkerRequest | InterpreterReply>) => {
    if (data.type === "interpreter") {
      asked.get(data.name)?.(data.files);
      asked.delete(data.name);
    } else {
      void reply(data, send).then(send);
    }
  };
});

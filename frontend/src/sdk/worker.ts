// The worker in which a page runs a rune.
import { RuneInstance } from "../runtime/instance";
import type { EngineReply, EngineRequest } from "./engine";

let instance: RuneInstance | null = null;

async function answer(request: EngineRequest): Promise<EngineReply> {
  try {
    if (request.type === "load") {
      instance = await RuneInstance.load(request.rune, request.limits);
      return { ok: true, value: instance.loadedRune };
    }
    if (instance === null) return { ok: false, name: "stopped", message: "No rune is loaded." };
    return { ok: true, value: request.type === "run" ? instance.run(request.inputs) : instance.takeCounts() };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { ok: false, name, message };
  }
}

addEventListener("message", ({ data }: MessageEvent<EngineRequest>) => {
  void answer(data).then((reply) => postMessage(reply));
});

// Runs a rune in the caller's thread: in Node, and where a caller wants no worker.
import { RuneInstance } from "../runtime/instance";
import type { Limits } from "../runtime/types";
import type { Engine } from "./engine";

export async function openHere(rune: ArrayBuffer, limits: Limits): Promise<Engine> {
  const instance = await RuneInstance.load(rune, limits);
  return {
    loadedRune: instance.loadedRune,
    run: (inputs) => Promise.resolve().then(() => instance.run(inputs)),
    takeCounts: () => Promise.resolve().then(() => instance.takeCounts()),
    close: () => undefined,
  };
}

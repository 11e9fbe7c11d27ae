// A rune for the script of another page: it gives numbers by the names of inputs and gets what came out, by the names of
// outputs. No sensor is ever opened here.
import { RuneError, RuneFrame, type Addresses, type LoadedRune } from "../../runtime";
import { fetchRune } from "../fetch-rune";
import { bytesOfInputs, namesOf, valuesOf, type InputValues } from "./values";

interface Run {
  readonly type: "run";
  readonly id: number;
  readonly inputs: InputValues;
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Answers the first page that connects. */
export function serve(address: string, container: HTMLElement, addresses: Addresses): void {
  const connect = ({ source, data, ports: [port] }: MessageEvent<unknown>): void => {
    const { type } = (data ?? {}) as { type?: unknown };
    if (source !== window.parent || type !== "rune-connect" || port === undefined) return;
    window.removeEventListener("message", connect);
    void answer(port, address, container, addresses);
  };
  window.addEventListener("message", connect);
}

async function answer(port: MessagePort, address: string, container: HTMLElement, addresses: Addresses): Promise<void> {
  let frame: RuneFrame;
  let loadedRune: LoadedRune;
  let rune: ArrayBuffer;
  try {
    if (address === "") throw new Error(container.textContent.trim());
    rune = await fetchRune(address, new AbortController().signal, () => undefined);
    frame = await RuneFrame.open(container, addresses);
    loadedRune = await frame.load(rune);
  } catch (error) {
    port.postMessage({ type: "failed", message: wordsOf(error) });
    return;
  }
  // One after another: a rune keeps what it keeps from run to run.
  let before: Promise<unknown> = Promise.resolve();
  port.onmessage = ({ data }: MessageEvent<Run>) => {
    before = before.then(async () => {
      try {
        const result = await frame.run(bytesOfInputs(loadedRune.capabilities, data.inputs));
        port.postMessage({ type: "done", id: data.id, outputs: valuesOf(loadedRune.outputs, result.outputs) });
      } catch (error) {
        port.postMessage({ type: "stopped", id: data.id, message: wordsOf(error) });
        // A run that trapped or did not end was stopped with its worker: the next run begins with a fresh one.
        if (error instanceof RuneError) await frame.load(rune).catch(() => undefined);
      }
    });
  };
  port.postMessage({ type: "loaded", name: loadedRune.name, ...namesOf(loadedRune) });
}

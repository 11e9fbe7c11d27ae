// The page worker that a virtual board runs in. Built as one script of its own, pico.js, which is fetched when somebody
// wants a board. It answers each message, and does nothing in between.
import { readDescription } from "../firmware/file";
import { Pico, type StopReport } from "./pico";

export type PicoQuestion =
  | { readonly uf2: Uint8Array<ArrayBuffer>; readonly description: unknown }
  /** After so many cycles without having answered the firmware is stopped. */
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly budget: number };

export type PicoAnswer =
  { readonly bytes: Uint8Array<ArrayBuffer>; readonly stopReport: StopReport | null } | { readonly problem: string };

let pico: Pico | null = null;

function answer(question: PicoQuestion): PicoAnswer {
  try {
    if ("uf2" in question) {
      pico = new Pico({ uf2: question.uf2, description: readDescription(question.description) });
      return { bytes: new Uint8Array(), stopReport: pico.stopReport };
    }
    if (pico === null) return { problem: "There is no firmware." };
    const bytes = pico.exchange(question.bytes, question.budget);
    return { bytes, stopReport: pico.stopReport };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

onmessage = ({ data }: MessageEvent<PicoQuestion>) => {
  postMessage(answer(data));
};

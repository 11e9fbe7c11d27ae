// The sound or motion that a capability was given and the answers to it, for the components that draw it inside of a preview.
import { createContext, use } from "react";
import type { Heard } from "./heard";

export interface HeardSound {
  readonly heard: Heard;
  /** The capability's place in the rune. */
  readonly place: number;
}

/** Null outside of a preview, and for capabilities that are neither sound nor motion. */
export const HeardContext = createContext<HeardSound | null>(null);

/** The newest run: the input of each capability by its place, and what was answered. */
export interface AnsweredRun {
  /** Another one with each answer: a run that completes no window has that of the answer before. */
  readonly key: unknown;
  readonly inputs: ReadonlyMap<number, ArrayBuffer>;
  /** The answer in one word; null while there is none. */
  readonly answer: { readonly text: string; readonly share: number | null; readonly isQuiet: boolean } | null;
  /** Whether the rune answered at all. */
  readonly isAnswered: boolean;
  /** Inputs of a stream that an answer is for; 1 where each input is a window. */
  readonly inputsPerAnswer: number;
}

export const NO_RUN: AnsweredRun = {
  key: null,
  inputs: new Map(),
  answer: null,
  isAnswered: false,
  inputsPerAnswer: 1,
};
export const AnsweredRunContext = createContext<AnsweredRun>(NO_RUN);

/** Whether the answer of one moment is shown while the input goes on. */
export interface Hold {
  readonly isOn: boolean;
  readonly toggle: () => void;
}

export const HoldContext = createContext<Hold>({ isOn: false, toggle: () => {} });

export function useHeard(): HeardSound | null {
  return use(HeardContext);
}

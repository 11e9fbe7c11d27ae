// The page worker in which Teach learns. Built as one script of its own, learner.js, which may compile WebAssembly.
import { LEARNER } from "../../declared/learner";
import { learn, validationAnswers, moduleOf, type LastLayer, type Lesson } from "./learn";

export interface LessonQuestion {
  readonly id: number;
  readonly lesson: Lesson;
}

export type LessonAnswer = { readonly id: number } & (
  { readonly layer: LastLayer; readonly validationAnswers: readonly (number | null)[] } | { readonly problem: string }
);

const module = moduleOf(LEARNER);

onmessage = ({ data: { id, lesson } }: MessageEvent<LessonQuestion>) => {
  let answer: LessonAnswer;
  try {
    answer = { id, layer: learn(module, lesson), validationAnswers: validationAnswers(module, lesson) };
  } catch (error) {
    answer = { id, problem: error instanceof Error ? error.message : String(error) };
  }
  postMessage(answer);
};

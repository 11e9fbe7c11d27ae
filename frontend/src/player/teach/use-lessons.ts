// The labels that were taught, learned anew after each act, as a component sees it.
import { useEffect, useReducer, useRef, useState, type Dispatch } from "react";
import type { LastLayer } from "./learn";
import { Learner } from "./learner";
import { after, learnable, lessonOf, NOTHING_TAUGHT, type Act, type History, type LessonState } from "./lessons";

export interface LearnedLayer {
  /** The examples that it was learned of: its labels with examples are the rows of the layer. */
  readonly state: LessonState;
  readonly layer: LastLayer;
  /** The label that each example would get from the others, in the order of the labels; null where that is unknown. */
  readonly validationAnswers: readonly (number | null)[];
}

export interface Lessons {
  readonly history: History;
  readonly act: Dispatch<Act>;
  /** The newest that was learned; null below two labels with examples. */
  readonly learnedLayer: LearnedLayer | null;
  readonly problem: string | null;
}

export function useLessons(features: number): Lessons {
  const [history, act] = useReducer(after, NOTHING_TAUGHT);
  const [learnedLayer, setLearnedLayer] = useState<LearnedLayer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const pendingLessons = useRef(new Map<number, LessonState>());
  const learner = useRef<Learner | null>(null);
  const { now } = history;

  useEffect(() => {
    const pending = pendingLessons.current;
    const own = new Learner((answer) => {
      const state = pending.get(answer.id);
      pending.clear();
      if ("problem" in answer) setProblem(answer.problem);
      else if (state !== undefined) {
        setProblem(null);
        setLearnedLayer({ state, layer: answer.layer, validationAnswers: answer.validationAnswers });
      }
    });
    learner.current = own;
    return () => own.close();
  }, []);

  useEffect(() => {
    const lesson = lessonOf(now, features);
    if (lesson === null) return;
    const id = Date.now() + Math.random();
    pendingLessons.current.set(id, now);
    learner.current?.learn(id, lesson);
  }, [now, features]);

  // A label that is gone is no answer any more, whatever is being learned.
  const isCurrent = learnedLayer !== null && lessonOf(now, features) !== null && isSameLabels(learnedLayer.state, now);
  return { history, act, learnedLayer: isCurrent ? learnedLayer : null, problem };
}

/** Whether the labels with examples are the same, whatever their names. */
function isSameLabels(one: LessonState, other: LessonState): boolean {
  const ids = (state: LessonState) => learnable(state).map(({ id }) => id);
  return ids(one).join() === ids(other).join();
}

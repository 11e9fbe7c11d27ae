// The labels that were taught, learned anew after each act, as a component sees it.
import { useEffect, useReducer, useRef, useState, type Dispatch } from "react";
import type { LastLayer } from "./learn";
import { Learner } from "./learner";
import { after, learnable, lessonOf, NOTHING_TAUGHT, type Act, type History, type Taught } from "./lessons";

export interface Learned {
  /** The examples that it was learned of: its labels with examples are the rows of the layer. */
  readonly taught: Taught;
  readonly layer: LastLayer;
  /** The label that each example would get from the others, in the order of the labels; null where that is unknown. */
  readonly leftOut: readonly (number | null)[];
}

export interface Lessons {
  readonly history: History;
  readonly act: Dispatch<Act>;
  /** The newest that was learned; null below two labels with examples. */
  readonly learned: Learned | null;
  readonly problem: string | null;
}

export function useLessons(features: number): Lessons {
  const [history, act] = useReducer(after, NOTHING_TAUGHT);
  const [learned, setLearned] = useState<Learned | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const pendingLessons = useRef(new Map<number, Taught>());
  const learner = useRef<Learner | null>(null);
  const { now } = history;

  useEffect(() => {
    const pending = pendingLessons.current;
    const own = new Learner((answer) => {
      const taught = pending.get(answer.id);
      pending.clear();
      if ("problem" in answer) setProblem(answer.problem);
      else if (taught !== undefined) {
        setProblem(null);
        setLearned({ taught, layer: answer.layer, leftOut: answer.leftOut });
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
  const isCurrent = learned !== null && lessonOf(now, features) !== null && isSameLabels(learned.taught, now);
  return { history, act, learned: isCurrent ? learned : null, problem };
}

/** Whether the labels with examples are the same, whatever their names. */
function isSameLabels(one: Taught, other: Taught): boolean {
  const ids = (taught: Taught) => learnable(taught).map(({ id }) => id);
  return ids(one).join() === ids(other).join();
}

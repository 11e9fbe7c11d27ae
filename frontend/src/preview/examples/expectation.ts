// The expected answer to the input that plays, where the input's label says it: the answer's card says whether it is
// right.
import { createContext, use } from "react";

export interface Expectation {
  /** The words of the rune that runs. */
  readonly wordlists: readonly (readonly string[])[];
  /** Null while the input has no label that the rune knows. */
  readonly expected: string | null;
  /** The page of the sample that plays; null of other inputs. */
  readonly page: string | null;
  readonly expect: (label: string | null, page?: string | null) => void;
  /** Why what runs is an older version; null where it is the newest. */
  readonly older: string | null;
}

export const ExpectationContext = createContext<Expectation>({
  wordlists: [],
  expected: null,
  page: null,
  expect: () => {},
  older: null,
});

export function useExpectation(): Expectation {
  return use(ExpectationContext);
}

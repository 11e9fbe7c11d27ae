// Facts about an answer, in one line under it: that it is right, that it is wrong, or that it is of an older version.
import { Check, Clock, X } from "lucide-react";

interface Props {
  /** The answer; null while there is none. */
  readonly answer: string | null;
  /** The label of the input; null where it has none. */
  readonly expected: string | null;
  /** Why the answer is of an older version, as `From the last good version: boost.py, line 1, has an error`; null where it is not. */
  readonly older?: string | null;
  /** The page of the sample that was answered: a wrong answer leads there. */
  readonly page?: string | null;
}

export function Verdict({ answer, expected, older = null, page = null }: Props) {
  if (older !== null)
    return (
      <div className="preview-verdict older">
        <Clock aria-hidden="true" />
        {older}
      </div>
    );
  if (answer === null || expected === null) return null;
  return answer === expected ? (
    <div className="preview-verdict right">
      <Check aria-hidden="true" />
      Right: its label is {expected}
    </div>
  ) : (
    <div className="preview-verdict wrong">
      <X aria-hidden="true" />
      Wrong: its label is {expected}
      {page !== null && <a href={page}>Look</a>}
    </div>
  );
}

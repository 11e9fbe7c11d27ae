// A rune that was stopped or gave up, and the way on.
import { Maximize2, RotateCcw } from "lucide-react";
import type { RuneError } from "../../runtime";
import { InlineCode } from "../../look/code/InlineCode";

const HEADINGS: Readonly<Record<RuneError["name"], string>> = {
  "bad-rune": "This rune cannot be run",
  stopped: "The rune was stopped",
  memory: "The rune was stopped",
  trap: "The rune gave up",
  pointer: "The rune was stopped",
  request: "The rune was stopped",
  "host-model": "This rune cannot be run here",
  output: "A result cannot be read",
  input: "The input does not fit",
  "no-sensor": "There is no such sensor here",
  frame: "The preview did not start",
};

interface Props {
  readonly error: RuneError;
  readonly onRestart: () => void;
  /** Bytes that a run may send once more is allowed. */
  readonly moreOutput: number;
  readonly onAllowMore: () => void;
}

export function Failure({ error, onRestart, moreOutput, onAllowMore }: Props) {
  return (
    <section className="notice bad stack" role="alert">
      <b>{HEADINGS[error.name]}</b>
      <p className="preview-message">
        <InlineCode>{error.message}</InlineCode>
      </p>
      <div className="row">
        <button type="button" className="button" onClick={onRestart}>
          <RotateCcw aria-hidden="true" />
          Restart
        </button>
        {error.limit === "output" && (
          <button type="button" className="button" onClick={onAllowMore}>
            <Maximize2 aria-hidden="true" />
            Allow {moreOutput >> 20} MB
          </button>
        )}
      </div>
    </section>
  );
}

// A rune that was stopped or gave up, and the way on.
import { RotateCcw } from "lucide-react";
import type { RuneError } from "../runtime";

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
  frame: "The preview did not start",
};

export function Failure({ error, onRestart }: { readonly error: RuneError; readonly onRestart: () => void }) {
  return (
    <section className="notice bad stack" role="alert">
      <b>{HEADINGS[error.name]}</b>
      <p className="preview-said">{error.message}</p>
      <div className="row">
        <button type="button" className="button" onClick={onRestart}>
          <RotateCcw aria-hidden="true" />
          Restart
        </button>
      </div>
    </section>
  );
}

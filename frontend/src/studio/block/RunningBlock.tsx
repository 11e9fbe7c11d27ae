// A block while it runs beside its text: what it reads and writes, what it prints, what is wrong, and the time of a call.
import type { ReactNode } from "react";
import { useStore } from "zustand";
import { millisecondsText, type Snapshot } from "../../preview";
import { sizeText } from "../../look/quantities";
import { count } from "../format/quantities";
import { useDiagnostics } from "../context/studio";
import { Plot, typeText } from "./Plot";
import type { BlockRunner, RunnerState } from "./runner";
import { StoppedNotice } from "./StoppedNotice";
import type { BlockPlace } from "./use-block";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly runner: BlockRunner;
  readonly place: Pick<BlockPlace, "inputs" | "types">;
  readonly stage: string;
  readonly running: Snapshot;
  /** The content above the plots. */
  readonly children?: ReactNode;
}

export function RunningBlock({ runner, place, stage, running, children }: Props) {
  const diagnostics = useDiagnostics();
  const state = useStore(runner.state);
  const [input] = place.inputs;
  const wordlists = running.loadedRune?.wordlists ?? [];
  const namesOf = (history: RunnerState["inputRows"]): readonly string[] =>
    wordlists.find((each) => each.length === history.at(-1)?.length) ?? [];
  const {
    run,
    problems,
    stopReason,
    resumes,
    isStarting,
    inputRows,
    outputRows,
    printedLines,
    milliseconds,
    skippedCount,
  } = state;
  const problem = problems[0] ?? null;
  const failure = run?.failure ?? null;
  const hasErrors = diagnostics.some(({ severity }) => severity === "error");
  const waiting = isStarting
    ? "Python is starting…"
    : running.loadedRune === null
      ? "It runs as soon as the Runefile builds."
      : "It runs with the next input.";
  return (
    <section className="card stack preview-card block-live" aria-label={`Block ${stage}`}>
      {children}
      {stopReason !== null && (
        <StoppedNotice
          reason={resumes ? `${stopReason} The next input runs it again.` : stopReason}
          onAgain={() => runner.again()}
        />
      )}
      {stopReason === null && problem !== null && (
        <p className="notice warn" role="status">
          Line {problem.line}: <InlineCode>{problem.message}</InlineCode>.
          {hasErrors ? "" : " It runs again once that is fixed."}
        </p>
      )}
      {failure !== null && stopReason === null && (
        <StoppedNotice reason={`Line ${failure.line}: ${failure.message}`} onAgain={() => runner.again()} />
      )}
      <Plot
        title="Reads"
        name={input === undefined ? "" : input.stage}
        type={typeText(place.types?.[0])}
        history={inputRows}
        names={namesOf(inputRows)}
        waiting={waiting}
      />
      <Plot
        title="Writes"
        name={stage}
        type=""
        history={outputRows}
        names={namesOf(outputRows)}
        waiting={failure !== null ? "The run failed." : problem === null ? waiting : "Fix the problem to see results."}
      />
      {printedLines.length > 0 && (
        <details className="block-printed" open>
          <summary className="label">Printed</summary>
          <pre className="small num" tabIndex={0} aria-label="Output of print, by line">
            {printedLines.slice(-12).join("\n")}
          </pre>
        </details>
      )}
      {milliseconds !== null && (
        <p className="small muted num">
          {millisecondsText(milliseconds)} per call, in Python in this browser.{" "}
          {state.state > 0 && `Keeps ${sizeText(state.state)}. `}
          {skippedCount > 0 &&
            `${count(skippedCount, "input")} came faster than Python runs and ${skippedCount === 1 ? "was" : "were"} skipped.`}
        </p>
      )}
    </section>
  );
}

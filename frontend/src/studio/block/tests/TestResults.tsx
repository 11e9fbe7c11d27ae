// The results of a block's tests: each with its input, the outcome and the expected one. A press goes to its line.
import { CircleAlert, CircleCheck } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { useStore } from "zustand";
import type { Watch } from "../../../api/schema";
import type { TestResult } from "../../../blocks";
import { count, duration } from "../../format/quantities";
import { useStudio } from "../../context/studio";
import { compareWithCompiled } from "./compiled-results";
import { StoppedNotice } from "../StoppedNotice";
import type { BlockTestsOf } from "./use-tests";
import { InlineCode } from "../../../look/code/InlineCode";

interface Props {
  readonly tests: BlockTestsOf;
  readonly onGo: (path: string, line: number) => void;
  /** The button that makes a new test. */
  readonly more?: ReactNode;
}

/** The results of the compiled tests, of the text as it stands: run when the project has been built with it. */
function useCompiled(path: string): Pick<Watch, "tests"> & { readonly problem: string | null } {
  const { compiledTests, files } = useStudio().workspace;
  useEffect(() => {
    const forget = (): void => compiledTests.stop();
    compiledTests.setVariant({ tests: path });
    files.doc.on("update", forget);
    return () => {
      files.doc.off("update", forget);
      compiledTests.setVariant(null);
    };
  }, [compiledTests, files, path]);
  return useStore(compiledTests.state);
}

export function TestResults({ tests, onGo, more }: Props) {
  const compiledResults = useCompiled(tests.path);
  const { run, isRunning, stopReason } = useStore(tests.runner.state);
  const results = run?.results ?? [];
  const failedCount = results.filter(({ failure }) => failure !== null).length;
  const [problem] = run?.problems ?? [];
  const took = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return (
    <section className="card stack preview-card block-tests" aria-label="Tests">
      <div className="row between">
        <h3>Tests</h3>
        <span className="small num" role="status">
          {summary(results.length, failedCount, isRunning, problem !== undefined)}
        </span>
      </div>
      {stopReason !== null && (
        <StoppedNotice reason={stopReason} onAgain={isRunning ? null : () => tests.runner.again()} />
      )}
      {problem !== undefined && (
        <p className="notice warn">
          <button type="button" className="link" onClick={() => onGo(tests.path, problem.line)}>
            Line {problem.line} of {tests.path}
          </button>
          : <InlineCode>{problem.message}</InlineCode>. No test runs until that is fixed.
        </p>
      )}
      {results.length > 0 && (
        <>
          <p className="block-test-head label" aria-hidden>
            <span>Case</span>
            <span>Python</span>
            <span>Compiled</span>
          </p>
          <ul className="block-test-list" aria-busy={isRunning}>
            {results.map((result) => (
              <Result
                key={result.name}
                result={result}
                path={tests.path}
                compiledTests={compiledResults.tests}
                onGo={onGo}
              />
            ))}
          </ul>
        </>
      )}
      {results.length > 0 && (
        <p className="small muted num">
          Run in Python in this browser in {duration(took)}.{" "}
          {compiledResults.tests === null
            ? (compiledResults.problem ?? "Compiled, they run as soon as the project builds.")
            : `Compiled and run in ${duration(compiledResults.tests.milliseconds)}.`}{" "}
          A failing test fails the build.
        </p>
      )}
      {more}
    </section>
  );
}

function summary(all: number, failedCount: number, isRunning: boolean, isBroken: boolean): string {
  if (isBroken) return "";
  if (all === 0) return isRunning ? "Running…" : "";
  return failedCount === 0 ? `${all} of ${all} passed` : `${count(failedCount, "test")} of ${all} failed`;
}

interface ResultProps {
  readonly result: TestResult;
  readonly path: string;
  readonly compiledTests: Watch["tests"];
  readonly onGo: (path: string, line: number) => void;
}

function Result({ result, path, compiledTests, onGo }: ResultProps) {
  const { title, failure, input, runs } = result;
  const { label, agrees, difference } = compareWithCompiled(result, compiledTests?.tests ?? null);
  const isInOtherFile = failure !== null && failure.file !== path;
  return (
    <li>
      <button
        type="button"
        className="block-test"
        onClick={() => onGo(failure?.file ?? path, failure?.line ?? result.line)}
      >
        {failure === null ? (
          <CircleCheck className="passed" size={16} aria-hidden />
        ) : (
          <CircleAlert className="bad" size={16} aria-hidden />
        )}
        <span className="block-test-name">{title}</span>
        <span className={failure === null ? "small passed" : "small bad"}>
          {failure === null ? "Passed" : "Failed"}
        </span>
        <span className={agrees === null ? "small muted" : agrees ? "small passed" : "small bad"}>{label}</span>
      </button>
      {agrees === false && (
        <dl className="block-test-detail small">
          <div>
            <dt>Compiled</dt>
            <dd>
              {difference} Python and the compiled block must agree to the last bit: this is a bug in Hammer Forge.
              Please report it.
            </dd>
          </div>
        </dl>
      )}
      {failure !== null && (
        <dl className="block-test-detail small">
          <div>
            <dt>{isInOtherFile ? `${failure.file}, line ${failure.line}` : `Line ${failure.line}`}</dt>
            <dd>{failure.message}</dd>
          </div>
          {input !== "" && (
            <div>
              <dt>Read</dt>
              <dd className="mono">
                {input}
                {runs > 1 && `, in run ${runs}`}
              </dd>
            </div>
          )}
          {failure.got !== "" && failure.got !== failure.expected && (
            <>
              <div>
                <dt>Got</dt>
                <dd className="mono">{failure.got}</dd>
              </div>
              <div>
                <dt>Expected</dt>
                <dd className="mono">{failure.expected}</dd>
              </div>
            </>
          )}
        </dl>
      )}
    </li>
  );
}

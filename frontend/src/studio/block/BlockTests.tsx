// What the tests of a block found: each with what it gave the block, what came and what was expected. A press goes to its line.
import { CircleAlert, CircleCheck } from "lucide-react";
import { useStore } from "zustand";
import type { TestResult } from "../../blocks";
import { count, duration } from "../parts/words";
import type { BlockTestsOf } from "./use-tests";

interface Props {
  readonly tests: BlockTestsOf;
  readonly onGo: (path: string, line: number) => void;
}

export function BlockTests({ tests, onGo }: Props) {
  const { run, isRunning, stopped } = useStore(tests.runner.state);
  const results = run?.results ?? [];
  const failed = results.filter(({ failure }) => failure !== null).length;
  const [problem] = run?.problems ?? [];
  const took = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return (
    <section className="card stack preview-card block-tests" aria-label="Tests">
      <div className="row between">
        <h3>Tests</h3>
        <span className="small num" role="status">
          {said(results.length, failed, isRunning, problem !== undefined)}
        </span>
      </div>
      {stopped !== null && (
        <p className="notice bad" role="alert">
          {stopped}
        </p>
      )}
      {problem !== undefined && (
        <p className="notice warn">
          <button type="button" className="link" onClick={() => onGo(tests.path, problem.line)}>
            Line {problem.line} of {tests.path}
          </button>
          : {problem.message}. No test runs until that is fixed.
        </p>
      )}
      {results.length > 0 && (
        <ul className="block-test-list" aria-busy={isRunning}>
          {results.map((result) => (
            <Result key={result.name} result={result} path={tests.path} onGo={onGo} />
          ))}
        </ul>
      )}
      {results.length > 0 && (
        <p className="small muted num">
          In Python, here, in {duration(took)}. A build runs them compiled, and one that fails fails the build.
        </p>
      )}
    </section>
  );
}

function said(all: number, failed: number, isRunning: boolean, isBroken: boolean): string {
  if (isBroken) return "";
  if (all === 0) return isRunning ? "Running…" : "";
  return failed === 0 ? `${all} of ${all} passed` : `${count(failed, "test")} of ${all} failed`;
}

interface ResultProps {
  readonly result: TestResult;
  readonly path: string;
  readonly onGo: (path: string, line: number) => void;
}

function Result({ result, path, onGo }: ResultProps) {
  const { title, failure, input, runs } = result;
  const isElsewhere = failure !== null && failure.file !== path;
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
      </button>
      {failure !== null && (
        <dl className="block-test-detail small">
          <div>
            <dt>{isElsewhere ? `${failure.file}, line ${failure.line}` : `Line ${failure.line}`}</dt>
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

// The rune that runs beside another build of the project, on the same recording: what each says and how long it takes.
import { useContext, useEffect, useId, useRef, useState } from "react";
import { useHost } from "../../host";
import { millisecondsText } from "../../readings/numbers";
import { FrameEngine } from "../../running/use-session";
import { difference, differenceText, hear, timesText, type WindowAnswers } from "./comparing";
import { RunningContext } from "../running";
import type { Content } from "../capture/recording";

type Comparison = { readonly now: WindowAnswers; readonly other: WindowAnswers } | { readonly problem: string } | null;

export default function Compare({ content }: { readonly content: Content }) {
  const { builds } = useHost();
  const running = useContext(RunningContext);
  const id = useId();
  const holder = useRef<HTMLDivElement>(null);
  const [buildId, setBuildId] = useState(builds[0]?.id ?? "");
  const build = builds.find((each) => each.id === buildId) ?? builds[0];
  const [comparison, setComparison] = useState<Comparison>(null);

  useEffect(() => {
    const container = holder.current;
    if (build === undefined || running === null || container === null) return undefined;
    const leaving = new AbortController();
    const engine = new FrameEngine(undefined);
    engine.attach(container);
    const compare = async (): Promise<Comparison> => {
      // One after another in one sandbox: side by side they would take each other's time.
      const other = await hear(engine, await build.read(), content, leaving.signal);
      return { now: await hear(engine, running, content, leaving.signal), other };
    };
    setComparison(null);
    void compare()
      .catch((error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }))
      .then((answer) => {
        if (!leaving.signal.aborted) setComparison(answer);
      })
      .finally(() => engine.close());
    return () => {
      leaving.abort();
      engine.close();
    };
    // A build is known by its id; the list of builds is made anew by every event.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [build?.id, running, content]);

  if (build === undefined) return null;
  return (
    <section className="preview-compare stack" aria-label="Comparison">
      <div ref={holder} hidden />
      <div className="field">
        <label htmlFor={id}>What runs now, beside</label>
        <select id={id} className="input" value={build.id} onChange={(event) => setBuildId(event.target.value)}>
          {builds.map((each) => (
            <option key={each.id} value={each.id}>
              {each.label}
            </option>
          ))}
        </select>
      </div>
      <p className="small" role="status">
        {comparison === null
          ? "Running both on this recording…"
          : "problem" in comparison
            ? comparison.problem
            : `${differenceText(difference(comparison.now, comparison.other))} ${timesText(comparison.now, comparison.other)}`}
      </p>
      {comparison !== null && !("problem" in comparison) && (
        <div className="preview-versus">
          <Side name="Runs now" own={comparison.now} beside={comparison.other} />
          <Side name={build.label} own={comparison.other} beside={comparison.now} />
        </div>
      )}
    </section>
  );
}

function Side({
  name,
  own,
  beside,
}: {
  readonly name: string;
  readonly own: WindowAnswers;
  readonly beside: WindowAnswers;
}) {
  return (
    <div className="stack">
      <b>{name}</b>
      <span className="small muted num">
        {own.milliseconds === null
          ? "–"
          : `${millisecondsText(own.milliseconds)} per run, half of the runs from ${millisecondsText(own.spread.low)} to ${millisecondsText(own.spread.high)}`}
      </span>
      <ol className="preview-answers small" aria-label={`What ${name} says, window by window`} tabIndex={0}>
        {own.answers.map((answer, index) => {
          const isSame = answer === beside.answers[index] && own.outputs[index] === beside.outputs[index];
          const isOther = answer !== beside.answers[index];
          return (
            <li key={index} className={isOther ? "other" : ""}>
              {answer ?? "no label"}
              {!isSame && <small>{isOther ? " differs" : " numbers differ"}</small>}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

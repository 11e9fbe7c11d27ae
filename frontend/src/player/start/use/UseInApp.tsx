// Using the trained model: one press writes it into the project and opens the app, or opens a change request.
import { ArrowRight, FileText, GitPullRequest, Hammer, Play } from "lucide-react";
import { useState } from "react";
import { hasTestRecordings } from "../labels/division";
import { problemText, type OpenRun, type Summary } from "../server";
import type { StartStore } from "../store";
import type { ChosenThreshold } from "../trying/Threshold";
import { InlineCode } from "../../../look/code/InlineCode";

interface Props {
  readonly store: StartStore;
  /** The run that is finished; null before. */
  readonly run: OpenRun | null;
  readonly summary: Summary | null;
  readonly threshold: ChosenThreshold | null;
  readonly isNext: boolean;
}

export function UseInApp({ store, run, summary, threshold, isNext }: Props) {
  const { project, asksForReview } = store.settings;
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const use = async (number: number): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const applied = await store.server.apply(number, threshold);
      window.location.assign(applied.url);
    } catch (error) {
      setProblem(problemText(error));
      setBusy(false);
    }
  };
  return (
    <section className={isNext ? "card stack start-use next" : "card stack start-use"} aria-label="Use in my app">
      <button
        type="button"
        className={isNext ? "button primary big" : "button big"}
        disabled={run === null || isBusy}
        onClick={() => run !== null && void use(run.number)}
      >
        {isBusy ? "Writing the files…" : "Use in my app"}
        <ArrowRight aria-hidden="true" />
      </button>
      {problem !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
      {run === null ? (
        <p className="small muted">
          Writes the Runefile, the model and the labels into this project and opens the studio.
        </p>
      ) : asksForReview ? (
        <ul className="plain-list stack tight small">
          <li className="row">
            <GitPullRequest aria-hidden="true" />
            The rules of {project} ask for a review, so it opens a change request. Nothing changes before it is merged.
          </li>
        </ul>
      ) : (
        <ul className="plain-list stack tight small">
          <li className="row">
            <FileText aria-hidden="true" />
            <span>
              Writes <b>Runefile.yml</b>, the model{threshold !== null && ", the threshold"} and the labels into{" "}
              {project}. The files of before stay in its history.
            </span>
          </li>
          <li className="row">
            <Play aria-hidden="true" />
            Opens the studio with the app running.
          </li>
          <li className="row">
            <Hammer aria-hidden="true" />
            {hasTestRecordings(summary)
              ? "Builds it, and tests the build once on the recordings that were kept apart."
              : "Builds it. No recording is kept apart for tests yet: those of a second person would be."}
          </li>
        </ul>
      )}
    </section>
  );
}

// How good the newest model is: by label with ranges, and the mistakes, which play.
import { Play } from "lucide-react";
import { counted } from "../../../look/plural";
import { playSound } from "../recordings/RecordingTile";
import { problemText, type OpenRun } from "../server";
import type { StartStore } from "../store";
import { mistakesOf } from "./quality";

const SHOWN = 4;

export function Quality({ run, store }: { readonly run: OpenRun; readonly store: StartStore }) {
  const { quality } = run;
  const mistakes = mistakesOf(run);
  const { project } = store.settings;
  return (
    <section className="card stack" aria-labelledby="start-quality">
      <div className="row wrap">
        <h3 id="start-quality" className="grow">
          How good it is
        </h3>
        <a href={`/${project}/training/${run.number}`}>Whole report</a>
      </div>
      {quality === null ? (
        <p className="muted">This run has no figures of validation recordings. Its report says what it has.</p>
      ) : (
        <>
          <div className="row wrap">
            <b className="start-share num">{Math.round(100 * quality.share)} %</b>
            <span className="small muted start-sentence">{quality.sentence}</span>
          </div>
          <ul className="plain-list stack tight">
            {quality.labels.map(({ label, right, count, low, high }) => (
              <li key={label} className="start-range">
                <span className="cut">{label}</span>
                <span className="start-interval" aria-hidden="true">
                  <i style={{ left: `${100 * low}%`, right: `${100 * (1 - high)}%` }} />
                  <b style={{ left: `${(100 * right) / Math.max(1, count)}%` }} />
                </span>
                <span className="num">
                  {right} of {count}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {run.background !== null && <p className="small">{run.background.sentence}</p>}
      {mistakes.length > 0 && (
        <div className="stack tight">
          <b>{counted(mistakes.length, "mistake")}</b>
          <ul className="plain-list stack tight">
            {mistakes.slice(0, SHOWN).map(({ sample, label, answer, sureness }) => (
              <li key={sample} className="row start-mistake">
                {store.settings.kind === "sound" && (
                  <button
                    type="button"
                    className="button quiet square"
                    aria-label={`Play recording ${sample}, ${label} heard as ${answer}`}
                    title="Play"
                    onClick={() =>
                      void playSound(() => store.server.recording(sample)).catch((error: unknown) =>
                        store.say(problemText(error)),
                      )
                    }
                  >
                    <Play aria-hidden="true" />
                  </button>
                )}
                <span>
                  {label} taken for {answer}, {Math.round(100 * sureness)} %
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

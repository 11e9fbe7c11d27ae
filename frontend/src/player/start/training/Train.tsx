// The second column: board, size, training and its progress, how it learned, and how good it is.
import { Check, CircleDashed, Play, RefreshCw, Square } from "lucide-react";
import { useEffect, useState } from "react";
import { isUnfinished, readiness, shownSamples, type StartState, type StartStore } from "../store";
import { Curve } from "./Curve";
import { Quality } from "./Quality";
import { secondsLeft } from "./quality";
import { SizeChoice } from "./SizeChoice";
import { useSizes } from "./use-sizes";
import "./train.css";
import { InlineCode } from "../../../look/code/InlineCode";

interface Props {
  readonly store: StartStore;
  readonly state: StartState;
  readonly isReady: boolean;
  /** Whether training is the main thing to do. */
  readonly isNext: boolean;
}

export function Train({ store, state, isReady, isNext }: Props) {
  const { settings, server } = store;
  const [board, setBoard] = useState(settings.board);
  const [size, setSize] = useState("balanced");
  const { sizes, problem } = useSizes(server, settings.recipe, board, Math.max(2, state.labels.length));
  const { run } = state;
  const isTraining = isUnfinished(run);
  const isFinished = run?.state === "finished";
  const chosen = sizes.sizes.find(({ name }) => name === size) ?? sizes.sizes[0];
  const isUnchanged = isFinished && !shownSamples(state).some(({ created }) => created > run.created);
  const values = chosen?.arguments ?? {};
  const advanced = new URLSearchParams({
    recipe: settings.recipe,
    ...(run === null ? {} : { from: String(run.number) }),
  });
  return (
    <section className="stack" aria-labelledby="start-train">
      <div className="start-head row">
        <h2 id="start-train" className="row grow">
          <span className={isReady || run !== null ? "start-number" : "start-number open"}>2</span>Train
        </h2>
        {isFinished && (
          <span className="tag ok">
            <Check aria-hidden="true" />
            Trained
          </span>
        )}
      </div>
      <div className="card stack">
        <label className="row start-board">
          <span className="grow muted">Board</span>
          <select className="input" value={board} onChange={(event) => setBoard(event.target.value)}>
            {settings.boards.map(({ key, name }) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {problem !== null ? (
          <p className="notice bad" role="alert">
            <InlineCode>{problem}</InlineCode>
          </p>
        ) : (
          <SizeChoice sizes={sizes} chosen={chosen?.name ?? ""} onChoose={setSize} />
        )}
        {!isReady && <Readiness state={state} needed={settings.needed} />}
        {isTraining && run !== null ? (
          <Progress key={run.number} store={store} state={state} />
        ) : (
          <div className="row wrap">
            <button
              type="button"
              className={isNext ? "button primary" : "button"}
              disabled={!isReady || state.isBeginning || chosen === undefined}
              onClick={() => void store.train(values, board)}
            >
              {isFinished ? <RefreshCw aria-hidden="true" /> : <Play aria-hidden="true" />}
              {state.isBeginning ? "Starting…" : isFinished ? "Train again" : "Train"}
            </button>
            <span className="small muted">
              {!isReady
                ? `when each label has ${settings.needed} recordings`
                : isUnchanged
                  ? "no new recordings since"
                  : "about half a minute"}
            </span>
          </div>
        )}
        {run !== null && run.error !== "" && (
          <p className="notice bad" role="alert">
            <InlineCode>{run.error}</InlineCode>
          </p>
        )}
        <a className="start-advanced" href={`/${settings.project}/training?${advanced}`}>
          <b>Advanced</b> <span className="muted">recipe, window, augmentation, epochs</span>
        </a>
      </div>
      {run !== null && run.curves.length > 0 && <Curve run={run} />}
      {run !== null && isFinished && <Quality run={run} store={store} />}
    </section>
  );
}

function Readiness({ state, needed }: { readonly state: StartState; readonly needed: number }) {
  return (
    <ul className="plain-list stack tight" aria-label="Recordings that training needs">
      {readiness(state, needed).map(({ name, count, isReady }, index) => (
        <li key={index} className="start-ready">
          {isReady ? <Check aria-hidden="true" /> : <CircleDashed aria-hidden="true" />}
          <span className="cut">{name === "" ? "Your label" : name}</span>
          <span className="meter" aria-hidden="true">
            <i style={{ width: `${Math.min(100, (100 * count) / needed)}%` }} />
          </span>
          <span className="num">
            {count} of {needed}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Told anew with each epoch. */
function Progress({ store, state }: { readonly store: StartStore; readonly state: StartState }) {
  const { run } = state;
  const epochs = run?.curves.length ?? 0;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (run === null) return null;
  const left = secondsLeft(run, Date.parse(run.created), now);
  return (
    <div className="stack tight">
      <progress className="meter" max={1} value={run.progress} aria-label="Training" />
      <div className="row wrap">
        <span className="grow small num" role="status">
          {epochs > 0 ? `Epoch ${epochs}` : run.activity === "" ? "Waiting for a worker" : run.activity}
          {left !== null && `, at most ${left < 90 ? `${left} s` : `${Math.round(left / 60)} min`} left`}
        </span>
        {epochs > 0 && (
          <button type="button" className="button" onClick={() => void store.act("stop")}>
            Use the best so far
          </button>
        )}
        <button type="button" className="button" onClick={() => void store.act("cancel")}>
          <Square aria-hidden="true" />
          Cancel
        </button>
      </div>
    </div>
  );
}

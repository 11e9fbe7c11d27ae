// From own examples to a running app on one page: record, train, try, use. One thing is orange: what comes next.
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { followEvents } from "../../api/follow-events";
import { NO_ACCESS, NOT_FOUND, SIGNED_OUT } from "../../declared/closing";
import { Examples } from "./labels/Examples";
import { useHolding } from "./recordings/use-holding";
import { useKeys } from "./recordings/use-keys";
import { StartServer, type StartSettings } from "./server";
import { isUnfinished, readiness, shownSamples, StartStore } from "./store";
import { Train } from "./training/Train";
import { Try } from "./trying/Try";
import "./start.css";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly settings: StartSettings;
  readonly events: string;
  readonly token: string;
}

/** Milliseconds between two looks at a run, for when an event does not arrive. */
const LOOK_AGAIN = 5000;

export default function StartPage({ settings, events, token }: Props) {
  const [store] = useState(() => new StartStore(new StartServer(settings, token), settings));
  const state = useStore(store.state);
  const holding = useHolding(store);
  useKeys(holding, state.labels, settings.background);
  useEffect(() => {
    void store.read();
    followEvents(events, {
      onEvent: (type) => {
        if (type === "training.changed") void store.readRun();
        if (type === "data.changed") void store.readSamples().catch(() => undefined);
        if (type === "phone.changed" || type === "data.changed") void store.phone.refresh();
      },
      onAway: () => {
        void store.read();
        void store.phone.refresh();
      },
      refusals: [SIGNED_OUT, NO_ACCESS, NOT_FOUND],
      onRefused: () => store.say("You are signed out, or have no access any more. Reload the page."),
    });
    // Recordings that were removed are deleted also where somebody leaves within the seconds of Undo.
    const leave = (): void => void store.finishRemoval();
    window.addEventListener("pagehide", leave);
    return () => window.removeEventListener("pagehide", leave);
  }, [store, events]);
  const isRunning = isUnfinished(state.run);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => void store.readRun(), LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [store, isRunning]);

  const lines = readiness(state, settings.needed);
  const isReady = lines.length > 1 && lines.every((line) => line.isReady);
  const isTrained = state.run?.state === "finished";
  const next = isRunning ? "wait" : isTrained ? "use" : isReady ? "train" : "record";
  const isEmpty = state.samples !== null && shownSamples(state).length === 0;
  return (
    <div className="start-page stack wide-gap">
      <div className="row wrap">
        <h1>{isEmpty ? settings.question : settings.title}</h1>
        {isEmpty && (
          <span className="muted start-hint">
            Record {settings.needed} of it and {settings.needed} of everything else. That takes about 3 minutes.
          </span>
        )}
        <span className="grow" />
        <details className="small muted start-terms">
          <summary>{settings.terms.line}</summary>
          <p>{settings.terms.text}</p>
          <p>Recording here, or adding a file, agrees to this.</p>
        </details>
      </div>
      {state.problem !== null && (
        <div className="notice bad row wrap start-notice" role="alert">
          <span className="grow">
            <InlineCode>{state.problem}</InlineCode>
          </span>
          <button type="button" className="button" onClick={() => store.say(null)}>
            Close
          </button>
        </div>
      )}
      {state.samples === null ? (
        <p className="card roomy muted" role="status">
          Reading the recordings…
        </p>
      ) : (
        <div className="start-columns">
          <Examples store={store} state={state} holding={holding} isNext={next === "record"} />
          <Train store={store} state={state} isReady={isReady} isNext={next === "train"} />
          <Try store={store} state={state} isNext={next === "use"} />
        </div>
      )}
    </div>
  );
}

// The third column: the trained rune, which runs in the page, its threshold, and using it.
import { Ear } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { NO_HOST, Preview, type Snapshot } from "../../../preview";
import { DEFAULT_LIMITS } from "../../../runtime";
import { FetchFailure } from "../../FetchFailure";
import { fetchingText, useFetched } from "../../use-fetched";
import { shownSamples, type StartState, type StartStore } from "../store";
import { UseInApp } from "../use/UseInApp";
import { Threshold, type ChosenThreshold } from "./Threshold";
import { useScores } from "./use-scores";
import { WrongAnswer } from "./WrongAnswer";
import "./try.css";

interface Props {
  readonly store: StartStore;
  readonly state: StartState;
  /** Whether using it is the main thing to do. */
  readonly isNext: boolean;
}

const USUAL = 0.8;
const ENDINGS = { sound: "wav", picture: "png", motion: "csv", table: "csv" } as const;

export function Try({ store, state, isNext }: Props) {
  const { settings, server } = store;
  const { run, labels, summary } = state;
  const runeUrl = run?.state === "finished" ? run.rune_url : null;
  const [fetchState, again] = useFetched(runeUrl);
  const rune = runeUrl !== null && fetchState.state === "there" ? fetchState.rune : null;
  const samples = shownSamples(state);
  const frame = useRef<HTMLDivElement>(null);
  const validation = samples.filter(({ number }) => run?.validation_samples.includes(number) === true);
  const scores = useScores(rune, validation, server, frame);
  const [chosen, setChosen] = useState<ChosenThreshold | null>(null);
  const names = scores?.names.filter((name) => name !== settings.background) ?? [];
  const threshold = chosen !== null && names.includes(chosen.label) ? chosen : firstOf(names);
  const milliseconds = Number(run?.arguments["duration"] ?? 1000);
  // One recording of each label to try it with: the tile beside Live.
  const tiles = labels
    .flatMap(({ name }) => samples.find((sample) => sample.label === name && sample.playable) ?? [])
    .map(({ number, label }) => ({ number, label }));
  const tilesKey = JSON.stringify(tiles);
  const host = useMemo(
    () => ({
      ...NO_HOST,
      files: (JSON.parse(tilesKey) as typeof tiles).map(({ number, label }) => ({
        path: `${label.replaceAll("/", " ")}.${ENDINGS[settings.kind]}`,
        read: () => server.recording(number),
      })),
    }),
    [tilesKey, server, settings.kind],
  );
  return (
    <section className="stack" aria-labelledby="start-try">
      <div className="start-head row">
        <h2 id="start-try" className="row grow">
          <span className={rune === null ? "start-number open" : "start-number"}>3</span>Try it
        </h2>
        <span className="small muted">runs in this page, nothing is sent</span>
      </div>
      <div ref={frame} hidden />
      {runeUrl === null ? (
        <div className="card">
          <div className="start-nothing">
            <Ear aria-hidden="true" />
            <b>It cannot answer yet</b>
            <span className="muted">
              {run?.state === "finished"
                ? "This run is from before runs could be tried here. Train again."
                : "After training, its answers appear here while it listens."}
            </span>
          </div>
        </div>
      ) : fetchState.state === "failed" ? (
        <FetchFailure reason={fetchState.reason} onAgain={again} />
      ) : (
        <div className="start-try stack">
          <Preview
            rune={rune}
            heading={null}
            limits={DEFAULT_LIMITS}
            host={host}
            empty={fetchingText(fetchState, "the rune")}
            after={(running: Snapshot) => (
              <div className="card stack">
                {scores !== null && threshold !== null && (
                  <Threshold
                    scores={scores}
                    background={settings.background}
                    threshold={threshold}
                    onChange={setChosen}
                  />
                )}
                <WrongAnswer running={running} store={store} labels={labels} milliseconds={milliseconds} />
              </div>
            )}
          />
        </div>
      )}
      <UseInApp
        store={store}
        run={run?.state === "finished" ? run : null}
        summary={summary}
        threshold={scores === null ? null : threshold}
        isNext={isNext}
      />
    </section>
  );
}

function firstOf(names: readonly string[]): ChosenThreshold | null {
  const [label] = names;
  return label === undefined ? null : { label, value: USUAL };
}

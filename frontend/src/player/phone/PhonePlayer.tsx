// The player on a phone: the app over the whole screen, large results above, its inputs below, and what the phone's person
// may set. What is true is in the store; this puts it on the page.
import { Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { lazyPart } from "../../look/boundary";
import { Mark } from "../../look/Mark";
import { NO_HOST, Preview, type HostFile, type PreviewHost, type RunNews } from "../../preview";
import { DEFAULT_LIMITS, type Addresses, type LoadedRune } from "../../runtime";
import { listedFiles } from "../example-files";
import { keepFetched } from "./app";
import { Awake, useAwake } from "./awake";
import { Chooser } from "./Chooser";
import { Notices } from "./Notices";
import type { Pairing } from "./pairing/pairing";
import { PairingCard } from "./pairing/PairingCard";
import type { PlayerPlace } from "./place";
import type { PlayerStore } from "./runes/store";
import { Welcome } from "./Welcome";
import "./phone.css";

interface Props {
  readonly place: PlayerPlace;
  readonly store: PlayerStore;
  readonly pairing: Pairing;
  /** Puts another edition of the player in place; null while there is none. */
  readonly update: (() => void) | null;
  /** The studio to send this phone's sensors to; null if the phone did not scan a code for sensors. */
  readonly sensor: { readonly studioKey: string; readonly open: () => WebSocket } | null;
}

/** Fetched for a code that asks for it. */
const SensorCard = lazyPart(() => import("./sensor/SensorCard"));

/** Milliseconds between two looks for a newer build: of a text that its people change, and of what is published. */
const EVERY = 4000;
const EVERY_FOR_VISITORS = 30_000;
const ADDRESSES: Addresses = {
  frame: "/player/frame",
  worker: `${import.meta.env.BASE_URL}worker.js`,
  isSandboxedByPolicy: true,
};

export function PhonePlayer({ place, store, pairing, update, sensor }: Props) {
  const player = useStore(store.state);
  const [awake] = useState(() => new Awake());
  useAwake(awake);
  const { state, running, phase, fetching } = player;
  // While the studio hears this phone, what the app says is read there.
  const [isSensor, setSensor] = useState(false);
  const title = running?.run.title ?? null;
  const isMember = state === null || state.may_pair;

  useEffect(() => {
    const look = (): void => {
      if (!document.hidden) void store.look();
    };
    const timer = setInterval(look, isMember ? EVERY : EVERY_FOR_VISITORS);
    document.addEventListener("visibilitychange", look);
    window.addEventListener("online", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("online", look);
    };
  }, [store, isMember]);

  useEffect(() => {
    // After a rename by anyone; the former address goes on leading here.
    if (state !== null && state.project.url !== window.location.pathname)
      window.location.replace(state.project.url + window.location.search);
  }, [state]);

  useEffect(() => {
    if (state !== null && !state.may_pair) pairing.stop();
  }, [state, pairing]);

  const onRun = useCallback(
    (run: RunNews) => {
      awake.note();
      pairing.send(run);
    },
    [awake, pairing],
  );
  const onLoaded = useCallback(
    (loadedRune: LoadedRune | null) => {
      pairing.runs(title ?? place.name, loadedRune);
      if (loadedRune !== null && loadedRune.models.length > 0) void keepFetched();
    },
    [pairing, title, place.name],
  );
  const files = useExamples(running?.run.url ?? null);
  const host = useMemo<PreviewHost>(() => ({ ...NO_HOST, files, onRun, onLoaded }), [files, onRun, onLoaded]);

  const percent = fetching !== null && fetching > 0 ? ` ${Math.round(fetching * 100)} %` : "";
  return (
    <>
      <header className="bar phone-bar">
        <span className="mark">
          <Mark />
        </span>
        <h1 className="cut">
          <span className="muted">{place.organisation} /</span> {place.name}
        </h1>
        {title !== null && <span className="tag cut phone-runs">{title}</span>}
      </header>
      <main className="phone">
        <Notices player={player} update={update} onNewer={store.useNewer} onRetry={() => void store.look()} />
        {phase === "ready" && state !== null ? (
          <>
            {sensor !== null && state.may_pair && state.person !== null && (
              <Suspense fallback={null}>
                <SensorCard
                  key={sensor.studioKey}
                  {...sensor}
                  person={state.person.name}
                  onUse={setSensor}
                  onSend={awake.note}
                />
              </Suspense>
            )}
            {!isSensor && (
              <>
                <h2 className="aloud">The app</h2>
                <Preview
                  rune={running?.rune ?? null}
                  heading={null}
                  memory={running?.run.memory ?? null}
                  isLarge
                  host={host}
                  addresses={ADDRESSES}
                  limits={DEFAULT_LIMITS}
                  empty={emptyText(fetching === null, player.tag, percent)}
                />
                <p className="small muted">
                  What you give the app here, from the microphone, camera or motion sensor, stays on this phone.
                </p>
                {state.may_pair && state.person !== null && (
                  <PairingCard pairing={pairing} person={state.person.name} isOffline={player.isOffline} />
                )}
              </>
            )}
            <Chooser player={player} state={state} store={store} />
          </>
        ) : (
          <Welcome player={player} onRetry={() => void store.look()} />
        )}
      </main>
    </>
  );
}

/** The example inputs of what runs; none without a network. */
function useExamples(rune: string | null): readonly HostFile[] {
  const [files, setFiles] = useState<readonly HostFile[]>([]);
  useEffect(() => {
    const leaving = new AbortController();
    if (rune !== null)
      void listedFiles(`${rune}/examples`, leaving.signal).then((list) => {
        if (!leaving.signal.aborted) setFiles(list);
      });
    return () => leaving.abort();
  }, [rune]);
  return files;
}

function emptyText(isIdle: boolean, tag: string | null, percent: string): string {
  if (!isIdle) return `Fetching the app…${percent}`;
  if (tag !== null) return `${tag} is not published any more. Choose another below.`;
  return "There is nothing to run yet. It starts here as soon as the Runefile builds.";
}

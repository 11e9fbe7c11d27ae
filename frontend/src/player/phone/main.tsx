// The player's page: takes the scanned code's token out of the address, starts what is there, and becomes an app.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Boundary } from "../../look/boundary";
import { createStore, useStore } from "zustand";
import { addManifest, keepPlayer } from "./app";
import { PlayerClient } from "./runes/client";
import { OfflineStore } from "./runes/offline-store";
import { Pairing } from "./pairing/pairing";
import { PhonePlayer } from "./PhonePlayer";
import { studioKeyOf, placeOf, tokenOf, type PlayerPlace } from "./place";
import { PlayerStore } from "./runes/store";

const root = document.getElementById("player");
if (root === null) throw new Error("The player's page is incomplete. Load it again.");

/** The public key in the newest code that was scanned; in memory alone, so it ends with the page. */
const scannedCode = createStore<{ readonly key: string | null }>(() => ({ key: null }));
/** The function that puts another edition of the player in place, once there is one. */
const update = createStore<{ readonly use: (() => void) | null }>(() => ({ use: null }));

function start(place: PlayerPlace, element: HTMLElement): void {
  const token = tokenOf(location.hash);
  scannedCode.setState({ key: studioKeyOf(location.hash) });
  // It stays in no history.
  if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
  document.title = `${place.name} · ${place.organisation} · Player`;
  const storage = "caches" in window ? caches : null;
  const store = new PlayerStore(new PlayerClient(place.base), new OfflineStore(storage, place.base), place.tag);
  const socket = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${place.base}/pairing`;
  const open = (): WebSocket => new WebSocket(socket);
  const pairing = new Pairing(open);
  void store.start(token);
  window.addEventListener("hashchange", () => {
    const again = tokenOf(location.hash);
    scannedCode.setState({ key: studioKeyOf(location.hash) });
    history.replaceState(null, "", location.pathname + location.search);
    if (again !== null) void store.start(again);
  });
  createRoot(element).render(
    <StrictMode>
      <Boundary>
        <Page place={place} store={store} pairing={pairing} open={open} />
      </Boundary>
    </StrictMode>,
  );
  addManifest(place.base);
  void keepPlayer((use) => update.setState({ use }));
}

interface PageProps {
  readonly place: PlayerPlace;
  readonly store: PlayerStore;
  readonly pairing: Pairing;
  readonly open: () => WebSocket;
}

function Page({ open, ...props }: PageProps) {
  const { use } = useStore(update);
  const { key } = useStore(scannedCode);
  return <PhonePlayer {...props} update={use} sensor={key === null ? null : { studioKey: key, open }} />;
}

function Nowhere() {
  return (
    <main className="page narrow">
      <section className="card roomy stack">
        <h1>Player</h1>
        <p>
          It runs one project's app. Press the phone beside Preview in the studio and scan the code that it shows, or
          open a project's public page.
        </p>
        <a className="button" href="/">
          Go to the home page
        </a>
      </section>
    </main>
  );
}

const place = placeOf(location);
if (place === null) createRoot(root).render(<Nowhere />);
else start(place, root);

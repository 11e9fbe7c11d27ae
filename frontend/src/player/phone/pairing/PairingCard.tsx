// Showing the phone's results in its person's studio: asked for here, confirmed there, ended on either side.
import { MonitorSmartphone, Square } from "lucide-react";
import { useStore } from "zustand";
import type { Pairing } from "./pairing";
import { Waiting } from "./Waiting";
import { InlineCode } from "../../../look/code/InlineCode";

interface Props {
  readonly pairing: Pairing;
  /** Name of the person who opened the studio. */
  readonly person: string;
  readonly isOffline: boolean;
}

export function PairingCard({ pairing, person, isOffline }: Props) {
  const { phase, digits, notice } = useStore(pairing.state);
  return (
    <section className="card stack phone-pairing" aria-label="Show the results in the studio">
      <h2>In the studio</h2>
      {notice !== null && (
        <p className="notice warn" role="alert">
          <InlineCode>{notice}</InlineCode>
        </p>
      )}
      {phase === "off" && (
        <>
          <p>
            Results and their timing can be shown live in <b>{person}</b>'s studio. Sound, pictures and motion are never
            sent. A rune can put them into its results, so do this only if {person} is you.
          </p>
          <div className="row wrap">
            <button type="button" className="button big" disabled={isOffline} onClick={pairing.start}>
              <MonitorSmartphone aria-hidden="true" />
              Show results in my studio
            </button>
          </div>
        </>
      )}
      <Waiting phase={phase} digits={digits}>
        The studio must show the same four digits. Confirm them there: press the phone beside Preview, if its window is
        not open.
      </Waiting>
      {phase === "paired" && (
        <p role="status">Results are shown in {person}'s studio, for as long as both pages are open.</p>
      )}
      {phase !== "off" && (
        <div className="row wrap">
          <button type="button" className="button" onClick={pairing.stop}>
            <Square aria-hidden="true" />
            {phase === "paired" ? "Stop showing them" : "Cancel"}
          </button>
        </div>
      )}
    </section>
  );
}

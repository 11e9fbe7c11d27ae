// The phone beside the preview: its button, its dialog, and what a paired phone says.
import { Smartphone, X } from "lucide-react";
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import { useStudio } from "../context/studio";
import { StudioPairing } from "./pairing";
import { PhonePane } from "./PhonePane";

/** Fetched when the button is pressed for the first time. */
const PhoneDialog = lazy(() => import("./PhoneDialog"));

export interface PhoneParts {
  readonly button: ReactNode;
  /** Null while no phone is paired. */
  readonly pane: ReactNode;
  readonly dialog: ReactNode;
}

export function usePhones(): PhoneParts {
  const { workspace, dialogs } = useStudio();
  const { client } = workspace;
  const isOpen = useStore(dialogs.state, (request) => request?.what === "phone");
  const [pairing] = useState(() => new StudioPairing(() => new WebSocket(client.phonesSocket(window.location))));
  const { isPaired, notice } = useStore(pairing.state);
  useEffect(() => pairing.close, [pairing]);
  return {
    button: (
      <button
        type="button"
        className="button quiet square"
        aria-label="On your phone"
        title="On your phone"
        onClick={() => dialogs.open({ what: "phone" })}
      >
        <Smartphone className="icon" aria-hidden="true" />
      </button>
    ),
    pane: isPaired ? (
      <PhonePane pairing={pairing} />
    ) : (
      !isOpen &&
      notice !== null && (
        <div className="notice row between" role="status">
          <span>Your phone's results are no longer shown. {notice}</span>
          <button type="button" className="button quiet square" aria-label="Dismiss" onClick={pairing.dismiss}>
            <X className="icon" aria-hidden="true" />
          </button>
        </div>
      )
    ),
    dialog: isOpen && (
      <Suspense>
        <PhoneDialog client={client} pairing={pairing} onClose={dialogs.close} />
      </Suspense>
    ),
  };
}

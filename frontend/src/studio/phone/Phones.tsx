// The phone beside the preview: its button, its dialog, and what a paired phone says.
import { Smartphone, X } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import type { DeskSensor, PhoneLine } from "../../preview";
import { useStudio } from "../context/studio";
import { StudioPairing } from "./pairing";
import { PhonePane } from "./PhonePane";

/** Fetched when the button is pressed for the first time. */
const PhoneDialog = lazy(() => import("./PhoneDialog"));

export interface PhoneParts {
  /** The phone as a source of inputs. */
  readonly line: PhoneLine;
  readonly button: ReactNode;
  /** Null while no phone is paired. */
  readonly pane: ReactNode;
  readonly dialog: ReactNode;
}

export function usePhones(): PhoneParts {
  const { workspace, dialogs } = useStudio();
  const { client } = workspace;
  const request = useStore(dialogs.state, (each) => (each?.what === "phone" ? each : null));
  const isOpen = request !== null;
  const [pairing] = useState(() => new StudioPairing(() => new WebSocket(client.phonesSocket(window.location))));
  const { isPaired, isSensor, notice } = useStore(pairing.state);
  useEffect(() => pairing.close, [pairing]);
  const line = useMemo(() => lineOver(pairing, (desk) => dialogs.open({ what: "phone", desk })), [pairing, dialogs]);
  return {
    line,
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
    // What a phone sends as a sensor is shown at the input that it feeds.
    pane: isPaired
      ? !isSensor && <PhonePane pairing={pairing} />
      : !isOpen &&
        notice !== null &&
        pairing.sensor === null && (
          <div className="notice row between" role="status">
            <span>Your phone's results are no longer shown. {notice}</span>
            <button type="button" className="button quiet square" aria-label="Dismiss" onClick={pairing.dismiss}>
              <X className="icon" aria-hidden="true" />
            </button>
          </div>
        ),
    dialog: isOpen && (
      <Suspense>
        <PhoneDialog client={client} pairing={pairing} desk={request.desk ?? null} onClose={dialogs.close} />
      </Suspense>
    ),
  };
}

/** Its end of the frames is fetched with the first input that a phone feeds. */
function lineOver(pairing: StudioPairing, show: (desk: string) => void): PhoneLine {
  let sensor: Promise<DeskSensor> | null = null;
  const sensorEnd = (): Promise<DeskSensor> => {
    sensor ??= import("../../preview/phone/desk").then(({ DeskSensor }) => {
      const end = new DeskSensor((frame) => pairing.sendFrame(frame));
      pairing.sensor = end;
      return end;
    });
    return sensor;
  };
  return {
    sensor: sensorEnd,
    pair: () => {
      void sensorEnd()
        .then((end) => end.newKey())
        .then(show);
    },
    end: pairing.unpair,
  };
}

// This phone as the sensor of its person's studio: what is sent to whom is said first; each sensor is started here.
import { MonitorSmartphone, Smartphone, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { Live, LiveButton, lostProblem, useLive, type SensorName, type SensorRequest } from "../../../preview/phone";
import { Waiting } from "../pairing/Waiting";
import { capture } from "./capture";
import { SensorPairing } from "./pairing";
import { InlineCode } from "../../../look/code/InlineCode";

interface Props {
  /** The public key in the scanned code. */
  readonly studioKey: string;
  /** Name of the person who opened the studio. */
  readonly person: string;
  readonly open: () => WebSocket;
  /** Called with whether the studio hears this phone now. */
  readonly onUse: (isUsed: boolean) => void;
  /** Called for each frame that is sent. */
  readonly onSend: () => void;
}

const DEVICES: Readonly<Record<SensorRequest["kind"], SensorName>> = {
  sound: "microphone",
  motion: "motion sensor",
  picture: "camera",
};

export default function SensorCard({ studioKey, person, open, onUse, onSend }: Props) {
  const [pairing] = useState(() => new SensorPairing(open, studioKey));
  const { phase, digits, request, notice } = useStore(pairing.state);
  useEffect(() => {
    window.addEventListener("pagehide", pairing.stop);
    return () => {
      window.removeEventListener("pagehide", pairing.stop);
      pairing.stop();
    };
  }, [pairing]);
  const isUsed = phase === "joined";
  useEffect(() => {
    onUse(isUsed);
    return () => onUse(false);
  }, [isUsed, onUse]);
  return (
    <section className="card stack phone-pairing" aria-label="This phone as a sensor">
      <h2>As a sensor of the studio</h2>
      {notice !== null && (
        <p className="notice warn" role="alert">
          <InlineCode>{notice}</InlineCode>
        </p>
      )}
      {phase === "off" && (
        <>
          <p>
            Microphone, camera or motion sensor of this phone, whichever the studio asks for, can feed the preview in{" "}
            <b>{person}</b>'s studio, live. You start each of them here.
          </p>
          <p>
            It is encrypted from this page to that one: the server passes it on and cannot read it, nothing is stored,
            and nobody else in the project sees it. It ends when either page is closed. Do this only if {person} is you.
          </p>
          <div className="row wrap">
            <button type="button" className="button primary big" onClick={pairing.start}>
              <Smartphone aria-hidden="true" />
              Use this phone as a sensor
            </button>
          </div>
        </>
      )}
      <Waiting phase={phase} digits={digits}>
        The studio must show the same four digits. Confirm them there.
      </Waiting>
      {phase === "joined" && request === null && (
        <p role="status">Connected. The studio asks for no sensor now: choose Phone at an input there.</p>
      )}
      {phase === "joined" && request !== null && (
        <Sensor key={JSON.stringify(request)} request={request} person={person} pairing={pairing} onSend={onSend} />
      )}
      {phase !== "off" && (
        <div className="row wrap">
          <button type="button" className="button" onClick={pairing.stop}>
            <Square aria-hidden="true" />
            {phase === "joined" ? "Disconnect from the studio" : "Cancel"}
          </button>
        </div>
      )}
    </section>
  );
}

interface SensorProps {
  readonly request: SensorRequest;
  readonly person: string;
  readonly pairing: SensorPairing;
  readonly onSend: () => void;
}

function Sensor({ request, person, pairing, onSend }: SensorProps) {
  const video = useRef<HTMLVideoElement>(null);
  const device = DEVICES[request.kind];
  const [live, state] = useLive(() => {
    const sensor: Live = new Live(device, async (signal) => {
      signal.addEventListener("abort", pairing.off);
      const onLost = (): void => sensor.fail(lostProblem(device));
      const send: typeof pairing.send = (bytes) => {
        onSend();
        pairing.send(bytes);
      };
      await capture(request, { signal, send, onLost, video: video.current });
    });
    return sensor;
  });
  return (
    <>
      <p role="status">
        {state.phase === "live"
          ? `The ${device} goes to ${person}'s studio, encrypted.`
          : `The studio asks for the ${device} of this phone.`}
      </p>
      <div className="preview-picture" hidden={request.kind !== "picture" || state.phase === "off"}>
        <video ref={video} muted playsInline aria-label="Camera picture" />
      </div>
      <LiveButton
        live={live}
        state={state}
        icon={MonitorSmartphone}
        startText={`Send the ${device}`}
        stopText={`Stop the ${device}`}
      />
    </>
  );
}

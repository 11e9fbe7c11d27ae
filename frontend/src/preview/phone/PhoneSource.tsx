// The phone of the same person as the sensor: its microphone, camera or motion is the input here.
import { Smartphone, Unplug } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { recordingOf, type CapabilityRequest } from "../../runtime";
import { useHost } from "../host";
import { pictureRequest } from "../picture/pixels";
import { rateOf } from "../sound/samples";
import { inputsOf } from "../sources/measurements";
import { InputPicture } from "../sources/views/InputPicture";
import { MotionView } from "../sources/views/MotionView";
import { SoundView } from "../sources/views/SoundView";
import type { SourceProps } from "../sources/source";
import type { PhoneLine } from "./host";
import { sideFor, type SensorRequest } from "./messages";
import { InlineCode } from "../../look/code/InlineCode";

export default function PhoneSource(props: SourceProps) {
  const { phone } = useHost();
  const [line, setLine] = useState<PhoneLine | null>(null);
  useEffect(() => {
    let isWanted = true;
    void phone?.().then((each) => isWanted && setLine(each));
    return () => {
      isWanted = false;
    };
  }, [phone]);
  return line === null ? null : <Phone {...props} line={line} />;
}

interface PhoneProps extends SourceProps {
  readonly line: PhoneLine;
}

function Phone({ request, onInput, line: { sensor, pair, end } }: PhoneProps) {
  const { phase, notice } = useStore(sensor.state);
  const [version, setVersion] = useState(0);
  const newestWindow = useRef<Float32Array | null>(null);
  const [frame, setFrame] = useState<ArrayBuffer | null>(null);
  const sensorRequest = useMemo(() => sensorRequestOf(request), [request]);
  useEffect(() => {
    const take = inputsOf(request, {
      onInput,
      onSound: (window) => {
        newestWindow.current = window;
        setVersion((before) => before + 1);
      },
      // The strip has them from the inputs.
      onRows: () => undefined,
      onPicture: setFrame,
    });
    return sensor.want(sensorRequest, take);
  }, [sensor, request, sensorRequest, onInput]);
  const samples = useCallback(() => newestWindow.current, []);
  return (
    <>
      {phase === "sending" && sensorRequest.kind === "sound" && (
        <SoundView samples={samples} isLive version={version} />
      )}
      {phase === "sending" && sensorRequest.kind === "motion" && <MotionView isLive />}
      {phase === "sending" && sensorRequest.kind === "picture" && (
        <div className="preview-picture">
          <InputPicture bytes={frame} picture={pictureRequest(request)} />
        </div>
      )}
      {notice !== null && (
        <p className="notice warn" role="alert">
          <InlineCode>{notice}</InlineCode>
        </p>
      )}
      <p className={phase === "sending" ? "small muted" : "preview-off muted"} role="status">
        {phase === "off" && "No phone is connected."}
        {phase === "joined" && `Your phone is connected. Start its ${NOUNS[sensorRequest.kind]} there.`}
        {phase === "sending" &&
          "From your phone, encrypted on its way. Nothing of it is stored, and nobody else sees it."}
      </p>
      <div className="row wrap">
        {phase === "off" ? (
          <button type="button" className="button" onClick={pair}>
            <Smartphone aria-hidden="true" />
            Connect your phone
          </button>
        ) : (
          <button type="button" className="button" onClick={end}>
            <Unplug aria-hidden="true" />
            Disconnect the phone
          </button>
        )}
      </div>
    </>
  );
}

const NOUNS: Readonly<Record<SensorRequest["kind"], string>> = {
  sound: "microphone",
  motion: "motion sensor",
  picture: "camera",
};

function sensorRequestOf(request: CapabilityRequest): SensorRequest {
  switch (recordingOf(request)) {
    case "sound":
      return { kind: "sound", rate: rateOf(request) };
    case "picture": {
      const { width, height } = pictureRequest(request);
      return { kind: "picture", side: sideFor(width, height) };
    }
    default:
      return { kind: "motion" };
  }
}

// Sound as it is spoken: windows of the length that the rune asks for, each a hop after the one before.
import { Mic } from "lucide-react";
import { useRef, useState } from "react";
import { countOf, rateOf, toI16 } from "../../sound/samples";
import { Chunks, SlidingWindow } from "../../sound/window";
import { DeviceChoice } from "./DeviceChoice";
import { useDevices } from "./devices";
import { Live, useLive } from "./live";
import { LiveButton } from "./LiveButton";
import { lostProblem } from "./problems";
import { RecordButton } from "../../recordings/capture/RecordButton";
import { useRecorder } from "../../recordings/capture/recorder";
import { soundCapture } from "../../recordings/capture/capture";
import { openMicrophone } from "./microphone";
import { SoundView } from "../views/SoundView";
import type { SourceProps } from "../source";

/** The newest window, shared between the device that fills it and the canvas that shows it. */
class Hearing {
  #window: SlidingWindow | null = null;

  readonly samples = (): Float32Array | null => this.#window?.copy() ?? null;

  begin(length: number): SlidingWindow {
    this.#window = new SlidingWindow(length);
    return this.#window;
  }
}

export function MicrophoneSource({ request, onInput }: SourceProps) {
  const [hearing] = useState(() => new Hearing());
  const [recorder, capture] = useRecorder<Float32Array>(() => soundCapture(rateOf(request)));
  const preferredDevice = useRef<string | null>(null);
  const [used, setUsed] = useState<string | null>(null);
  const [live, state] = useLive(() => {
    const device: Live = new Live("microphone", async (signal) => {
      const window = hearing.begin(countOf(request));
      const chunks = new Chunks(countOf(request));
      signal.addEventListener("abort", recorder.stop);
      const microphone = await openMicrophone(
        rateOf(request),
        preferredDevice.current,
        signal,
        (samples) => {
          recorder.push(samples);
          const isNew = window.push(samples);
          if (request.isStream === true) for (const chunk of chunks.push(samples)) onInput(toI16(chunk), true);
          else if (isNew) onInput(toI16(window.copy()), true);
        },
        () => device.fail(lostProblem("microphone")),
      );
      setUsed(microphone);
    });
    return device;
  });
  const devices = useDevices("audioinput", state.phase === "live");
  return (
    <>
      {state.phase === "off" ? (
        <p className="preview-off muted">The microphone is off.</p>
      ) : (
        <SoundView samples={hearing.samples} isLive={state.phase === "live"} version={0} />
      )}
      <LiveButton live={live} state={state} icon={Mic} startText="Start listening" stopText="Stop listening">
        {state.phase === "live" && <RecordButton recorder={recorder} recording={capture} />}
      </LiveButton>
      {state.phase !== "off" && (
        <DeviceChoice
          noun="Microphone"
          devices={devices}
          current={used}
          onChoose={(deviceId) => {
            preferredDevice.current = deviceId;
            live.start();
          }}
        />
      )}
    </>
  );
}

// Sound as it is spoken: windows of the length that the rune asks for, each a hop after the one before.
import { Mic } from "lucide-react";
import { useState } from "react";
import { countOf, rateOf, toI16 } from "../sound/samples";
import { SlidingWindow } from "../sound/window";
import { Live, useLive } from "./live";
import { LiveButton } from "./LiveButton";
import { openMicrophone } from "./microphone";
import { SoundView } from "./SoundView";
import type { SourceProps } from "./source";

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
  const [live, state] = useLive(
    () =>
      new Live("microphone", (signal) => {
        const window = hearing.begin(countOf(request));
        return openMicrophone(rateOf(request), signal, (samples) => {
          if (window.push(samples)) onInput(toI16(window.copy()), true);
        });
      }),
  );
  return (
    <>
      {state.phase === "off" ? (
        <p className="preview-off muted">The microphone is off.</p>
      ) : (
        <SoundView samples={hearing.samples} isLive={state.phase === "live"} version={0} />
      )}
      <LiveButton live={live} state={state} icon={Mic} startText="Start listening" stopText="Stop listening" />
    </>
  );
}

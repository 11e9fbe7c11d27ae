// Below what a model was given: how it listens, a button that holds the answer, and one that saves its window as a sample.
import { BookmarkPlus, Pause, Play } from "lucide-react";
import { use, useState } from "react";
import { useHost } from "../host";
import { lengthOf, type Content } from "../recordings/capture/recording";
import { AnsweredRunContext, HoldContext } from "./context";

interface Props {
  /** Whether a microphone, a camera or a sensor is on. */
  readonly isLive: boolean;
  /** How often it answers, and how late; left out where nothing is said. */
  readonly text?: string;
  /** The word for the input of an answer. */
  readonly noun?: "window" | "picture";
  /** The input of the answer; null where it is no longer there. */
  readonly content: () => Content | null;
}

export function HoldBar({ isLive, text, noun = "window", content }: Props) {
  const hold = use(HoldContext);
  const { answer } = use(AnsweredRunContext);
  const { onSend } = useHost();
  const [isGone, setGone] = useState(false);
  const save = (): void => {
    const recorded = content();
    setGone(recorded === null);
    if (recorded === null) return;
    const recording = { id: 0, label: "", recorded: Date.now(), content: recorded, from: 0, to: lengthOf(recorded) };
    onSend?.(recording, answer?.text ?? "");
  };
  return (
    <div className="heard-bar">
      <span className="row wrap">
        {(isLive || hold.isOn) && (
          <span className={hold.isOn ? "tag" : "tag heard-live"}>{hold.isOn ? "Held" : LIVE[noun]}</span>
        )}
        {text !== undefined && <span className="small muted num">{text}</span>}
      </span>
      <span className="row wrap">
        {(noun === "window" || isLive || hold.isOn) && (
          <button type="button" className="button" aria-pressed={hold.isOn} onClick={hold.toggle}>
            {hold.isOn ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
            Hold this
          </button>
        )}
        {onSend !== null && (
          <button type="button" className="button" onClick={save}>
            <BookmarkPlus aria-hidden="true" />
            Save the {noun} as a sample
          </button>
        )}
      </span>
      {isGone && (
        <p className="small muted" role="status">
          This window is longer than the sound that is shown, so it cannot be saved here. Record it instead.
        </p>
      )}
    </div>
  );
}

const LIVE = { window: "Listening", picture: "Watching" } as const;

// The strip of a preview's sound or motion: its windows follow the answers of the rune that runs, until its person holds them.
import { use, useState } from "react";
import { AnsweredRunContext, HoldContext, type AnsweredRun, type HeardSound } from "./context";
import type { Heard } from "./heard";
import { HoldBar } from "./HoldBar";
import { MotionStrip } from "./MotionStrip";
import { SoundStrip } from "./SoundStrip";
import { timingText } from "./timing-text";
import { NO_WINDOWS, windowsAfter, type AnsweredWindows } from "./windows";

interface Answers {
  readonly run: AnsweredRun | null;
  readonly windows: AnsweredWindows;
  readonly length: number;
  /** Frames between the newest answer and the one before; null of a first one. */
  readonly hop: number | null;
  /** Frames that came while the newest answer was computed. */
  readonly behind: number;
}

const NO_ANSWERS: Answers = { run: null, windows: NO_WINDOWS, length: 1, hop: null, behind: 0 };

interface Props {
  readonly sound: HeardSound;
  /** Whether a microphone or a sensor is on. */
  readonly isLive?: boolean;
}

export function HeardStrip({ sound, isLive = false }: Props) {
  const run = use(AnsweredRunContext);
  const hold = use(HoldContext);
  const [answers, setAnswers] = useState(NO_ANSWERS);
  // The strip of the moment in which it was stopped.
  const [still, setStill] = useState<Heard | null>(null);
  if (hold.isOn !== (still !== null)) setStill(hold.isOn ? sound.heard.copy() : null);
  if (answers.run !== run) setAnswers(answersAfter(answers, run, sound));
  const heard = still ?? sound.heard;
  const { windows, length, hop, behind } = answers;
  const { current } = windows;
  const KindStrip = heard.kind === "sound" ? SoundStrip : MotionStrip;
  return (
    <>
      <KindStrip heard={heard} windows={windows} windowLength={length} />
      {current !== null && (
        <HoldBar
          isLive={isLive}
          text={timingText(length / heard.rate, hop === null ? null : hop / heard.rate, behind / heard.rate)}
          content={() => heard.window(current.end, length)}
        />
      )}
    </>
  );
}

function answersAfter(before: Answers, run: AnsweredRun, { heard, place }: HeardSound): Answers {
  if (run.key === before.run?.key) return { ...before, run };
  if (!run.isAnswered) return { ...NO_ANSWERS, run };
  const input = run.inputs.get(place);
  const end = input === undefined ? null : heard.endOf(input);
  if (input === undefined || end === null) return { ...before, run };
  const { answer } = run;
  const window = {
    end,
    text: answer?.text ?? null,
    share: answer?.share ?? null,
    isQuiet: answer?.isQuiet ?? false,
  };
  const hop = end - (before.windows.current?.end ?? end);
  return {
    run,
    windows: windowsAfter(before.windows, window, heard.count - heard.shown),
    length: run.inputsPerAnswer * heard.framesIn(input),
    hop: hop > 0 ? hop : before.hop,
    behind: heard.count - end,
  };
}

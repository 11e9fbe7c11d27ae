// The strip of a preview's sound: its windows follow the answers of the rune that runs.
import { use, useState } from "react";
import { AnsweredRunContext, type AnsweredRun, type HeardSound } from "./context";
import { SoundStrip } from "./SoundStrip";
import { NO_WINDOWS, windowsAfter, type AnsweredWindows } from "./windows";

interface Answers {
  readonly run: AnsweredRun | null;
  readonly windows: AnsweredWindows;
  readonly length: number;
  /** Samples that came while the newest answer was computed. */
  readonly behind: number;
}

export function HeardSoundStrip({ sound }: { readonly sound: HeardSound }) {
  const run = use(AnsweredRunContext);
  const [answers, setAnswers] = useState<Answers>({ run: null, windows: NO_WINDOWS, length: 1, behind: 0 });
  if (answers.run !== run) setAnswers(answersAfter(answers, run, sound));
  const { heard } = sound;
  return (
    <>
      <SoundStrip heard={heard} windows={answers.windows} windowLength={answers.length} />
      {answers.windows.current !== null && (
        <p className="small muted num">
          Window of {(answers.length / heard.rate).toFixed(1)} s, answered {(answers.behind / heard.rate).toFixed(1)} s
          behind the sound
        </p>
      )}
    </>
  );
}

function answersAfter(before: Answers, run: AnsweredRun, { heard, place }: HeardSound): Answers {
  if (run.key === before.run?.key) return { ...before, run };
  if (!run.isAnswered) return { ...before, run, windows: NO_WINDOWS };
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
  return {
    run,
    windows: windowsAfter(before.windows, window, heard.count - heard.shown),
    length: (run.inputsPerAnswer * input.byteLength) / 2,
    behind: heard.count - end,
  };
}

// Example inputs of a capability, one press away. The first one plays by itself, so that there is an answer before anyone
// does anything; what the source below gives takes its place.
import { useEffect, useMemo, useRef, useState } from "react";
import { recordingOf, type CapabilityRequest } from "../../runtime";
import { useHost } from "../host";
import { latestOf, Played, shownBytes } from "../recordings/Played";
import { windowsOf } from "../recordings/capture/recording";
import { useRunning } from "../recordings/running";
import { examplesFor } from "./examples";
import "./examples.css";

interface Props {
  readonly request: CapabilityRequest;
  /** Whether the examples have the capability; else its source has it. */
  readonly isActive: boolean;
  /** Whether the rune gave an answer. */
  readonly hasAnswer: boolean;
  /** An example was pressed. */
  readonly onChoose: () => void;
  readonly onInput: (data: ArrayBuffer, isStream: boolean) => void;
}

/** A generated stream is repeated until the rune's window is full: so many times at most. */
const MOST_PASSES = 12;
const SHORTEST_STEP = 20;

export default function ExampleRow({ request, isActive, hasAnswer, onChoose, onInput }: Props) {
  const { files } = useHost();
  const rune = useRunning();
  const examples = useMemo(() => examplesFor(request, files), [request, files]);
  const [chosenKey, setChosenKey] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const [played, setPlayed] = useState<ArrayBuffer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const answered = useRef(hasAnswer);
  useEffect(() => {
    answered.current = hasAnswer;
  }, [hasAnswer]);
  const chosen = examples.find(({ key }) => key === chosenKey) ?? examples[0] ?? null;
  const playedKey = isActive ? (chosen?.key ?? null) : null;
  const newest = useRef(chosen);
  useEffect(() => {
    newest.current = chosen;
  }, [chosen]);

  useEffect(() => {
    const example = newest.current;
    if (playedKey === null || example === null) return undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    let isWanted = true;
    const shown = shownBytes(request);
    example.read().then(
      (content) => {
        const windows = windowsOf(content, request);
        if (!isWanted || windows === null) return;
        setProblem(null);
        const isStream = windows.count > 1;
        let index = 0;
        let passes = 1;
        const next = (): void => {
          if (document.hidden) return;
          const input = windows.at(index);
          onInput(input, isStream);
          setPlayed((before) => latestOf(before, input, shown));
          index += 1;
          if (index < windows.count) return;
          index = 0;
          passes += 1;
          const isFilling = example.isGenerated && request.isStream === true && !answered.current;
          if (!isFilling || passes > MOST_PASSES) clearInterval(timer);
        };
        timer = setInterval(next, Math.max(SHORTEST_STEP, windows.step));
        next();
      },
      (error: unknown) => {
        if (isWanted) setProblem(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
    // A rune in place of another one is given the same again.
  }, [playedKey, turn, rune, request, onInput]);

  const kind = recordingOf(request);
  if (kind === null || examples.length === 0) return null;
  const isGenerated = examples[0]?.isGenerated === true;
  return (
    <div className="preview-examples">
      <div className="row wrap" role="group" aria-label="Example inputs">
        <span className="small muted">{isGenerated ? "Generated examples" : "Examples"}</span>
        {examples.map(({ key, label }) => (
          <button
            key={key}
            type="button"
            className="button small"
            aria-pressed={key === playedKey}
            onClick={() => {
              setPlayed(null);
              setChosenKey(key);
              setTurn((before) => before + 1);
              onChoose();
            }}
          >
            <span className="cut">{label}</span>
          </button>
        ))}
      </div>
      {isActive && problem !== null && <p className="small muted">This example cannot be played: {problem}</p>}
      {/* A picture is shown by the source, where one draws. */}
      {kind !== "picture" && isActive && problem === null && played !== null && (
        <Played kind={kind} request={request} input={played} />
      )}
    </div>
  );
}

// Example inputs of a capability, one press away. The first one plays by itself, so that there is an answer before anyone
// does anything; what the source below gives takes its place.
import { Play } from "lucide-react";
import { Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { lazyPart } from "../../look/boundary";
import { recordingOf, type CapabilityRequest } from "../../runtime";
import { useHost } from "../host";
import { latestOf, PlayedInput, shownBytes } from "../recordings/PlayedInput";
import { lengthText, windowsOf } from "../recordings/capture/recording";
import { useRunning } from "../recordings/running";
import { examplesFor, expectedOf } from "./examples";
import { useExpectation } from "./expectation";
import "./examples.css";

const Thumbnail = lazyPart(() => import("./Thumbnail"));

interface Props {
  readonly request: CapabilityRequest;
  /** Whether the examples have the capability; else its source has it. */
  readonly isActive: boolean;
  /** Whether the rune gave an answer. */
  readonly hasAnswer: boolean;
  /** An example was pressed. */
  readonly onChoose: () => void;
  readonly onInput: (data: ArrayBuffer, isStream: boolean) => void;
  /** The tile of the source that stands first, and below the tiles the other sources. */
  readonly first: ReactNode;
  readonly others: ReactNode;
}

/** A generated stream is repeated until the rune's window is full: so many times at most. */
const MOST_PASSES = 12;
const SHORTEST_STEP = 20;
/** Tiles beside that of the first source; the others come with "All". */
const SHOWN = 3;

export default function ExampleRow({ request, isActive, hasAnswer, onChoose, onInput, first, others }: Props) {
  const { files, samples } = useHost();
  const rune = useRunning();
  const examples = useMemo(() => examplesFor(request, files, samples), [request, files, samples]);
  const [chosenKey, setChosenKey] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const [playedInput, setPlayedInput] = useState<ArrayBuffer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [showsAll, setShowsAll] = useState(false);
  const [length, setLength] = useState("");
  const { wordlists, expect } = useExpectation();
  const answerFlag = useRef(hasAnswer);
  useEffect(() => {
    answerFlag.current = hasAnswer;
  }, [hasAnswer]);
  const chosenExample = examples.find(({ key }) => key === chosenKey) ?? examples[0] ?? null;
  const playedKey = isActive ? (chosenExample?.key ?? null) : null;
  const newest = useRef(chosenExample);
  useEffect(() => {
    newest.current = chosenExample;
  }, [chosenExample]);

  useEffect(() => {
    const example = newest.current;
    if (playedKey === null || example === null) return undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    let isWanted = true;
    const byteCount = shownBytes(request);
    example.read().then(
      (content) => {
        const windows = windowsOf(content, request);
        if (!isWanted || windows === null) return;
        setProblem(null);
        setLength(lengthText(content));
        const isStream = windows.count > 1;
        let index = 0;
        let passes = 1;
        const next = (): void => {
          if (document.hidden) return;
          const input = windows.at(index);
          onInput(input, isStream);
          setPlayedInput((before) => latestOf(before, input, byteCount));
          index += 1;
          if (index < windows.count) return;
          index = 0;
          passes += 1;
          const isFilling = example.isGenerated && request.isStream === true && !answerFlag.current;
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

  const playedPath = playedKey !== null && chosenExample?.isGenerated === false ? playedKey : null;
  const playedLabel = chosenExample?.sampleLabel ?? null;
  const samplePage = chosenExample?.samplePage ?? null;
  useEffect(() => {
    if (playedPath === null) return undefined;
    const isKnown = playedLabel !== null && wordlists.some((words) => words.includes(playedLabel));
    expect(playedLabel === null ? expectedOf(playedPath, wordlists) : isKnown ? playedLabel : null, samplePage);
    return () => expect(null);
  }, [playedPath, playedLabel, samplePage, wordlists, expect]);

  const kind = recordingOf(request);
  const play = (key: string): void => {
    setPlayedInput(null);
    setChosenKey(key);
    setTurn((before) => before + 1);
    onChoose();
  };
  const place = examples.findIndex(({ key }) => key === chosenExample?.key);
  const visibleExamples = showsAll || place >= SHOWN ? examples : examples.slice(0, SHOWN);
  return (
    <div className="preview-examples">
      <div className="preview-tiles">
        {first}
        <div className="preview-tiles-examples" role="group" aria-label="Example inputs">
          {visibleExamples.map((example) => (
            <button
              key={example.key}
              type="button"
              className="preview-tile"
              title={example.isGenerated ? `${example.label}, generated` : example.label}
              aria-pressed={example.key === playedKey}
              onClick={() => play(example.key)}
            >
              <span className="preview-tile-picture" aria-hidden="true">
                <Suspense fallback={null}>
                  <Thumbnail request={request} example={example} />
                </Suspense>
              </span>
              <span className="cut">{example.label}</span>
            </button>
          ))}
        </div>
      </div>
      <div className="preview-others">
        {others}
        {visibleExamples.length < examples.length && (
          <button type="button" className="preview-all-examples" onClick={() => setShowsAll(true)}>
            All {examples.length} examples
          </button>
        )}
      </div>
      {isActive && problem !== null && <p className="small muted">This example cannot be played: {problem}</p>}
      {/* A picture is shown by the source, where one draws. */}
      {kind !== null &&
        kind !== "picture" &&
        chosenExample !== null &&
        isActive &&
        problem === null &&
        playedInput !== null && (
          <>
            <PlayedInput kind={kind} request={request} input={playedInput} />
            <div className="preview-caption">
              <button
                type="button"
                title="Play it again"
                aria-label="Play it again"
                onClick={() => play(chosenExample.key)}
              >
                <Play aria-hidden="true" />
              </button>
              <span className="small muted num">
                {chosenExample.label} · {length}
                {chosenExample.isGenerated && " · generated"}
              </span>
            </div>
          </>
        )}
    </div>
  );
}

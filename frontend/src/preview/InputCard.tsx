// One capability: where its input comes from, and that source.
import {
  memo,
  startTransition,
  Suspense,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type ReactNode,
} from "react";
import { lazyPart } from "../look/boundary";
import { recordingOf, type CapabilityRequest } from "../runtime";
import { HeardContext, type HeardSound } from "./heard/context";
import { Heard } from "./heard/heard";
import { useHost } from "./host";
import { rateOf } from "./sound/samples";
import { choicesFor, fetchChoices } from "./sources/choices";

const HoldPicture = lazyPart(() => import("./heard/HoldPicture"));
const ExampleRow = lazyPart(() => import("./examples/ExampleRow"));

interface Props {
  readonly request: CapabilityRequest;
  readonly place: number;
  /** The earlier choice for such an input of the rune, by the source's label. */
  readonly before: string | undefined;
  /** Whether the rune gave an answer. */
  readonly hasAnswer: boolean;
  readonly onChoose: (place: number, kind: string, label: string) => void;
  readonly offer: (place: number, data: ArrayBuffer, isStream: boolean) => void;
  readonly withdraw: (place: number) => void;
}

/**
 * Mounted once for each different request, so that a source that runs goes on when a rebuilt rune asks for the same: a
 * request like the one before is no reason to draw it again.
 */
export const InputCard = memo(InputOfRequest, ({ request: _, ...before }, { request: __, ...now }) =>
  (Object.keys(before) as (keyof typeof before)[]).every((name) => before[name] === now[name]),
);

function InputOfRequest({ request: capability, place, before, hasAnswer, onChoose, offer, withdraw }: Props) {
  const [request] = useState(capability);
  const { drawing, phone, board } = useHost();
  const [choices] = useState(() => choicesFor(request, { phone: phone !== undefined, board: board !== undefined }));
  const [currentChoice, setCurrentChoice] = useState(choices.find(({ label }) => label === before) ?? choices[0]);
  const feedingChoice = useRef(currentChoice);
  const titleId = useId();
  const kind = recordingOf(request);
  const isPicture = kind === "picture";
  const [sound] = useState<HeardSound | null>(() =>
    kind === "sound" || kind === "motion"
      ? { heard: new Heard(kind === "sound" ? rateOf(request) : null), place }
      : null,
  );
  const hasExamples = kind !== null && drawing === undefined;
  // Until a source gives something or one is chosen, an example is the input. The ref is what sources read between drawings.
  const [playsExample, setPlaysExample] = useState(hasExamples && before === undefined);
  const example = useRef(playsExample);
  const [turn, setTurn] = useState(0);
  const [picture, setPicture] = useState<ArrayBuffer | null>(null);
  const [streams, setStreams] = useState(false);
  const play = useCallback((plays: boolean) => {
    example.current = plays;
    setPlaysExample(plays);
  }, []);
  const onInput = useCallback(
    (data: ArrayBuffer | null, isStream = false) => {
      if (data === null) {
        if (example.current) return;
        withdraw(place);
        sound?.heard.clear();
        return;
      }
      if (example.current) {
        play(false);
        sound?.heard.clear();
      }
      sound?.heard.push(data, isStream, request.isStream === true);
      setStreams(isStream);
      offer(place, data, isStream);
    },
    [offer, withdraw, place, play, sound, request.isStream],
  );
  const onExample = useCallback(
    (data: ArrayBuffer, isStream: boolean) => {
      if (!example.current) return;
      sound?.heard.push(data, isStream, request.isStream === true);
      offer(place, data, isStream);
      if (isPicture) setPicture(data);
    },
    [offer, place, isPicture, sound, request.isStream],
  );
  const chooseExample = (): void => {
    withdraw(place);
    sound?.heard.clear();
    play(true);
    // The source begins anew: whatever it listened to is let go of.
    setTurn(turn + 1);
    setCurrentChoice(choices[0]);
    feedingChoice.current = choices[0];
  };
  const choose = (choice: typeof currentChoice): void => {
    // The first source stands behind the example: what the rune said of the example is no answer to the source either.
    if (example.current && choice === feedingChoice.current) withdraw(place);
    play(false);
    // The source before stays until the chosen one is here.
    startTransition(() => setCurrentChoice(choice));
    onChoose(place, request.kind, choice.label);
  };
  const hasOthers = choices.length > 1;
  useEffect(() => {
    if (hasOthers) fetchChoices();
  }, [hasOthers]);
  // Before the chosen source begins: what the rune said of the one before is no answer to it.
  useLayoutEffect(() => {
    if (feedingChoice.current === currentChoice) return;
    feedingChoice.current = currentChoice;
    withdraw(place);
    sound?.heard.clear();
  }, [currentChoice, withdraw, place, sound]);
  const { icon: Icon, Source } = currentChoice;
  const [first, ...rest] = choices;
  const FirstIcon = first.icon;
  const buttonOf = (choice: typeof currentChoice): ReactNode => (
    <button
      key={choice.label}
      type="button"
      aria-pressed={choice === currentChoice && !playsExample}
      onClick={() => choose(choice)}
    >
      {choice.label}
    </button>
  );
  const firstTile = (
    <button
      type="button"
      className="preview-tile"
      title={first.title}
      aria-pressed={first === currentChoice && !playsExample}
      onClick={() => choose(first)}
    >
      <span className="preview-tile-picture" aria-hidden="true">
        <FirstIcon />
      </span>
      <span className="cut">{first.label}</span>
    </button>
  );
  const others = hasOthers && (
    <div className="preview-sources" role="group" aria-label="Other sources of the input">
      {rest.map(buttonOf)}
    </div>
  );
  return (
    <HeardContext value={sound}>
      <section
        className={`card stack preview-card ${playsExample ? "plays-example" : ""}`}
        aria-labelledby={titleId}
        data-input
      >
        <div className="row between wrap">
          <h3 id={titleId} className="row">
            <Icon className="icon" aria-hidden="true" />
            {currentChoice.title}
            {request.stage !== null && <span className="label">{request.stage}</span>}
          </h3>
          {hasOthers && !hasExamples && (
            <div className="segmented" role="group" aria-label="Where the input comes from">
              {choices.map(buttonOf)}
            </div>
          )}
        </div>
        {hasExamples && (
          <Suspense
            fallback={
              <div className="preview-examples">
                <div className="preview-tiles">{firstTile}</div>
                <div className="preview-others">{others}</div>
              </div>
            }
          >
            <ExampleRow
              request={request}
              isActive={playsExample}
              hasAnswer={hasAnswer}
              onChoose={chooseExample}
              onInput={onExample}
              first={firstTile}
              others={others}
            />
          </Suspense>
        )}
        <Suspense fallback={<p className="preview-off muted">Loading…</p>}>
          <Source
            key={`${currentChoice.label} ${turn}`}
            request={request}
            onInput={onInput}
            example={playsExample ? picture : null}
          />
        </Suspense>
        {isPicture && hasAnswer && (
          <Suspense fallback={null}>
            <HoldPicture request={request} place={place} isLive={streams && !playsExample} />
          </Suspense>
        )}
      </section>
    </HeardContext>
  );
}

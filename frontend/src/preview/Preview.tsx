// A rune running in the page: its inputs, what it says, how long it takes. The studio and the player both show this.
import { Suspense, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { Boundary, lazyPart } from "../look/boundary";
import { recordingOf, type Addresses, type CapabilityRequest, type Limits } from "../runtime";
import { ExpectationContext, type Expectation } from "./examples/expectation";
import { Failure } from "./running/Failure";
import { Figures } from "./running/Figures";
import { FetchingInterpreter, HostModels } from "./running/HostModels";
import { AnsweredRunContext, HoldContext, type AnsweredRun, type Hold } from "./heard/context";
import { HostContext, NO_HOST, type PreviewHost } from "./host";
import { InputCard } from "./InputCard";
import { alarmOf } from "./answers/alarms";
import { detectionsOf } from "./answers/objects/detections";
import { Listening } from "./answers/Listening";
import { SpokenContext } from "./answers/Announcement";
import { headline } from "./outputs/headline";
import { OutputCard } from "./outputs/OutputCard";
import type { ShownPicture } from "./answers/shown-picture";
import { fillingOf } from "./running/filling-of";
import { inputFormat } from "./running/input-format";
import { paceText } from "./running/pace";
import { pictureRequest } from "./picture/pixels";
import type { Snapshot } from "./running/session";
import { CardsContext, RunningContext } from "./recordings/running";
import { RecordingsContext, RecordingStore } from "./recordings/store";
import { useReplay } from "./recordings/use-replay";
import { Timing } from "./timing/Timing";
import type { Card } from "./readings/readings";
import type { TimedRune } from "./timing/TimingDetails";
import { useSession } from "./running/use-session";
import "./preview.css";
import { InlineCode } from "../look/code/InlineCode";

/** Wires whose tensors are shown beside the outputs, as soon as the rune that sends them is there. */
export interface Watching {
  readonly wires: readonly { readonly stage: string; readonly index: number }[];
  /** Said where there is nothing to show yet. */
  readonly waiting: string;
  readonly onUnwatch: (stage: string, index: number) => void;
}

interface Props {
  /** The rune that runs, or null while there is none. Another one takes its place; its inputs go on where they fit. */
  readonly rune: ArrayBuffer | null;
  /** One line beside the heading: which version runs, and why. */
  readonly status?: ReactNode;
  /** Null on a page that has its own. */
  readonly heading?: string | null;
  /** Bytes of memory that the build planned; without it, what the rune says of itself. */
  readonly memory?: number | null;
  /** Bytes of the rune that is shown, where another one of the same text runs; without it, those of the one that runs. */
  readonly size?: number | null;
  /** For a page of its own: larger words and buttons. */
  readonly isLarge?: boolean;
  /** Said while there is no rune: a sentence, or a part of its own. */
  readonly empty?: ReactNode;
  /** Bytes of resources by their names: they go before what the rune carries along. The same map while nothing changed. */
  /** Names the text that the rune is of: one built of the same text to show more of itself goes on with what was read. */
  readonly edition?: string | null;
  /** The services of the page around it; none without it. */
  readonly host?: PreviewHost;
  /** The wires that are watched. */
  readonly watching?: Watching;
  /** How to have the rune timed, stage by stage; without it, a run is timed as a whole. */
  readonly timedRune?: TimedRune;
  /** Shown above its inputs and outputs, and told of each run. */
  readonly children?: false | ((running: Snapshot) => ReactNode);
  /** The same, before its outputs. */
  readonly first?: ((running: Snapshot) => ReactNode) | undefined;
  /** The same, below its outputs. */
  readonly after?: ((running: Snapshot) => ReactNode) | undefined;
  /** Shown in the place of what came out: the answers of this rune and another one. */
  readonly answers?: ((running: Snapshot) => ReactNode) | undefined;
  readonly resources?: ReadonlyMap<string, ArrayBuffer>;
  /** The limits of the rune; read once. */
  readonly limits?: Limits;
  readonly addresses?: Addresses;
}

/** Shown when a wire is watched. */
const WatchedCard = lazyPart(() => import("./outputs/WatchedCard"));
const PAGE = 65536;
const NOT_EXPECTED = { expected: null, page: null };
const NO_WORDS: Expectation["wordlists"] = [];
/** The label of the source that plays recordings. */
const RECORDING = "Recording";

export function Preview(props: Props) {
  const {
    rune,
    status,
    heading = "Preview",
    memory,
    size,
    isLarge = false,
    empty,
    edition = null,
    host = NO_HOST,
    watching,
    timedRune,
    children,
    first,
    after,
    answers,
    resources,
    limits,
    addresses,
  } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [session, newestSnapshot] = useSession(rune, edition, resources, frame, limits, addresses);
  // The answer that is held goes away with the rune that gave it, and with its input.
  const [pinned, setPinned] = useState<Snapshot | null>(null);
  const isPinned = pinned !== null && pinned.loadedRune === newestSnapshot.loadedRune;
  const snapshot = isPinned ? pinnedOver(newestSnapshot, pinned) : newestSnapshot;
  const hold = useMemo<Hold>(
    () => ({ isOn: isPinned, toggle: () => setPinned(isPinned ? null : session.state.getState()) }),
    [isPinned, session],
  );
  const { loadedRune, readings, error, newest } = snapshot;
  const { onLoaded, onRun } = host;
  useEffect(() => onLoaded?.(loadedRune), [onLoaded, loadedRune]);
  useEffect(() => {
    if (newest !== null) onRun?.(newest);
  }, [onRun, newest]);
  const offer = useCallback(
    (place: number, data: ArrayBuffer, isStream: boolean) => session.offer(place, data, isStream),
    [session],
  );
  const [recordings] = useState(() => new RecordingStore(host.shelf));
  const replay = useReplay(host.replay ?? null, loadedRune, recordings);
  // A rune that asks for another size of the same is fed from the same kind of source.
  const [sources, setSources] = useState<ReadonlyMap<string, string>>(new Map());
  const chooseSource = useCallback(
    (place: number, kind: string, label: string) => setSources((all) => new Map(all).set(`${place} ${kind}`, label)),
    [],
  );
  const { ran } = snapshot;
  const shownPicture = useMemo(() => shownPictureOf(loadedRune, ran), [loadedRune, ran]);
  const detections = useMemo(
    () =>
      detectionsOf(loadedRune?.graph ?? null, readings.cards, loadedRune?.wordlists ?? NO_WORDS, pictureOf(loadedRune)),
    [loadedRune, readings.cards],
  );
  const spokenKey = spokenCard(readings.cards, detections.byCard)?.key;
  const shownCards = readings.cards.filter(({ key }) => !detections.joinedKeys.has(key));
  const tensors = useMemo(() => readings.cards.map(({ tensor }) => tensor), [readings.cards]);
  const unit = loadedRune?.capabilities.every((each) => recordingOf(each) === "picture") ? "picture" : "window";
  const cards = useCallback(() => session.state.getState().readings.cards, [session]);
  const [{ expected, page }, setExpected] = useState<Pick<Expectation, "expected" | "page">>(NOT_EXPECTED);
  const expect = useCallback<Expectation["expect"]>(
    (label, sample = null) => setExpected(label === null ? NOT_EXPECTED : { expected: label, page: sample }),
    [],
  );
  const wordlists = loadedRune?.wordlists ?? NO_WORDS;
  const expectation = useMemo<Expectation>(
    () => ({ wordlists, expected, page, expect, older: host.older ?? null }),
    [wordlists, expected, page, expect, host.older],
  );
  const answeredRun = useMemo<AnsweredRun>(() => answeredRunOf(loadedRune, readings, ran), [loadedRune, readings, ran]);
  const withdraw = useCallback(
    (place: number) => {
      setPinned(null);
      session.withdraw(place);
    },
    [session],
  );

  return (
    <HostContext value={host}>
      <RecordingsContext value={recordings}>
        <RunningContext value={rune}>
          <CardsContext value={cards}>
            <ExpectationContext value={expectation}>
              <AnsweredRunContext value={answeredRun}>
                <HoldContext value={hold}>
                  <section
                    className={isLarge ? "preview large" : "preview"}
                    aria-label={heading ?? "The rune, running"}
                  >
                    {heading !== null && (
                      <div className="row between wrap">
                        <h2>{heading}</h2>
                        {status}
                      </div>
                    )}
                    <div ref={frame} hidden />
                    {children && children(snapshot)}
                    {replay.problem !== null && (
                      <p className="notice warn" role="alert">
                        <InlineCode>{replay.problem}</InlineCode>
                      </p>
                    )}
                    {error !== null && (
                      <Failure
                        error={error}
                        onRestart={session.restart}
                        moreOutput={session.moreOutput}
                        onAllowMore={session.allowMore}
                      />
                    )}
                    <div className="preview-sides">
                      {loadedRune !== null && loadedRune.capabilities.length > 0 && (
                        <div className="preview-side">
                          {loadedRune.capabilities.map((request, place) => (
                            <Boundary key={`${place} ${signature(request)}${place === replay.place ? " replay" : ""}`}>
                              <InputCard
                                request={request}
                                place={place}
                                before={
                                  sources.get(`${place} ${request.kind}`) ??
                                  (place === replay.place ? RECORDING : undefined)
                                }
                                hasAnswer={readings.cards.length > 0}
                                onChoose={chooseSource}
                                offer={offer}
                                withdraw={withdraw}
                              />
                            </Boundary>
                          ))}
                        </div>
                      )}
                      <div className="preview-side">
                        {first?.(snapshot)}
                        <div className="preview-outputs">
                          {loadedRune !== null && answers?.(snapshot)}
                          {(answers === undefined ? shownCards : []).map((card) => (
                            <Boundary key={card.key}>
                              <SpokenContext value={card.key === spokenKey}>
                                <OutputCard
                                  card={card}
                                  alarm={
                                    card.kind === "word"
                                      ? alarmOf(loadedRune?.graph ?? null, card, readings.cards)
                                      : null
                                  }
                                  detection={detections.byCard.get(card.key) ?? null}
                                  tensors={tensors}
                                  shownPicture={shownPicture}
                                  calling={snapshot.calling}
                                  unit={unit}
                                  onCalling={session.setCalling}
                                />
                              </SpokenContext>
                            </Boundary>
                          ))}
                          <Suspense fallback={null}>
                            {watching?.wires.map(({ stage, index }) => (
                              <WatchedCard
                                key={`${stage}.${index}`}
                                stage={stage}
                                index={index}
                                tensor={
                                  snapshot.watchedMessages.find((each) => each.stage === stage && each.index === index)
                                    ?.tensors[0] ?? null
                                }
                                shownPicture={shownPicture}
                                waiting={watching.waiting}
                                onUnwatch={() => watching.onUnwatch(stage, index)}
                              />
                            ))}
                          </Suspense>
                          {(answers === undefined || loadedRune === null) && (
                            <Waiting
                              snapshot={snapshot}
                              empty={empty ?? "Nothing runs yet. The rune starts here as soon as the Runefile builds."}
                            />
                          )}
                        </div>
                        {loadedRune !== null && after?.(snapshot)}
                        {loadedRune !== null && (
                          <Figures
                            milliseconds={snapshot.milliseconds}
                            runs={snapshot.runs}
                            memory={memory ?? loadedRune.memory}
                            wasmMemory={loadedRune.memoryPages * PAGE}
                            size={size ?? loadedRune.size}
                            pace={paceText(snapshot.pace, snapshot.milliseconds)}
                          />
                        )}
                        {loadedRune !== null && timedRune !== undefined && (
                          <Timing
                            timedRune={timedRune}
                            snapshot={snapshot}
                            resources={resources}
                            limits={limits}
                            addresses={addresses}
                          />
                        )}
                        {loadedRune !== null && loadedRune.models.length > 0 && (
                          <HostModels models={loadedRune.models} milliseconds={snapshot.modelMilliseconds} />
                        )}
                        {loadedRune !== null && host.below}
                        {snapshot.warnings.map((line, index) => (
                          <p key={index} className="small muted preview-message">
                            {line.level}: {line.message}
                          </p>
                        ))}
                      </div>
                    </div>
                  </section>
                </HoldContext>
              </AnsweredRunContext>
            </ExpectationContext>
          </CardsContext>
        </RunningContext>
      </RecordingsContext>
    </HostContext>
  );
}

/** The answer that its person holds, while the rune and its figures go on. */
function pinnedOver(newest: Snapshot, { readings, ran, watchedMessages, calling }: Snapshot): Snapshot {
  return { ...newest, readings, ran, watchedMessages, calling };
}

/** The newest run, for the strips that show what it answered to. */
function answeredRunOf(
  loadedRune: Snapshot["loadedRune"],
  { cards }: Snapshot["readings"],
  inputs: Snapshot["ran"],
): AnsweredRun {
  return {
    key: cards,
    inputs,
    answer: headline(cards),
    isAnswered: cards.length > 0,
    inputsPerAnswer: loadedRune?.firstAnswer ?? 1,
  };
}

/** The picture of the run, where the rune reads one. */
function shownPictureOf(loadedRune: Snapshot["loadedRune"], ran: Snapshot["ran"]): ShownPicture | null {
  const place = loadedRune?.capabilities.findIndex((each) => recordingOf(each) === "picture") ?? -1;
  const request = loadedRune?.capabilities[place];
  const bytes = ran.get(place);
  return request === undefined || bytes === undefined ? null : { bytes, picture: pictureRequest(request) };
}

/** The card whose answer screen readers hear: a word before objects, and these before a number. */
function spokenCard(cards: readonly Card[], detections: ReadonlyMap<string, unknown>): Card | undefined {
  return (
    cards.find(({ kind }) => kind === "word") ??
    cards.find(({ key }) => detections.has(key)) ??
    cards.find(({ kind }) => kind === "number")
  );
}

/** The sides of the picture that the rune reads; null where it reads none. */
function pictureOf(loadedRune: Snapshot["loadedRune"]): ShownPicture["picture"] | null {
  const request = loadedRune?.capabilities.find((each) => recordingOf(each) === "picture");
  return request === undefined ? null : pictureRequest(request);
}

/** The text that stands where results will be. */
function Waiting({ snapshot, empty }: { readonly snapshot: Snapshot; readonly empty: ReactNode }) {
  const { phase, fetching, loadedRune, readings, error } = snapshot;
  if (fetching !== null) return <FetchingInterpreter {...fetching} />;
  if (error !== null || readings.cards.length > 0) return null;
  const filling = fillingOf(snapshot);
  if (filling !== null)
    return (
      <section className="card preview-card says" aria-label="Answer">
        <Listening filling={filling} />
      </section>
    );
  if (phase === "empty" && typeof empty !== "string") return <Suspense fallback={null}>{empty}</Suspense>;
  const text =
    phase === "empty" ? empty : loadedRune === null ? "Starting the rune…" : waitingFor(loadedRune.capabilities);
  return (
    <p className="preview-waiting muted" role="status">
      {text}
    </p>
  );
}

function waitingFor(capabilities: readonly CapabilityRequest[]): string {
  return capabilities.length === 0 ? "This rune reads no input." : "Results appear here as soon as there is input.";
}

/** Two requests of one signature can be fed by the same source. */
function signature(request: CapabilityRequest): string {
  return `${inputFormat(request)} ${request.stage ?? ""}`;
}

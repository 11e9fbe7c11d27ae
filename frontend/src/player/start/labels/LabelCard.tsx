// One label: its name, the ways to record it, how many recordings it has, and the recordings.
import { Circle, Smartphone, Trash2, Upload } from "lucide-react";
import { useRef, useState, type DragEvent } from "react";
import { useStore } from "zustand";
import { ACCEPTED, FILE_HINTS, filesOfDrop, recordingsOfFile } from "../recordings/files";
import { RecordingTile } from "../recordings/RecordingTile";
import { keyOf } from "../recordings/use-keys";
import { LISTEN_SECONDS, type Holding } from "../recordings/use-holding";
import { problemText, type Sample } from "../server";
import type { StartStore } from "../store";
import { BACKGROUND_HINTS, BACKGROUND_REASONS, HINTS } from "./hints";
import { LabelName } from "./LabelName";
import type { StartLabel } from "./names";
import { PhoneCode } from "./PhoneCode";

interface Props {
  readonly store: StartStore;
  readonly label: StartLabel;
  /** Its place among the labels. */
  readonly place: number;
  /** Its recordings, the newest first. */
  readonly samples: readonly Sample[];
  readonly sending: number;
  readonly holding: Holding;
  /** Whether recording it is the main thing to do now. */
  readonly isNext: boolean;
  readonly canRemove: boolean;
}

const SHOWN = 11;
const NO_SENSOR = {
  motion: " Most computers have no motion sensor: use your phone.",
  sound: "",
  picture: "",
  table: "",
};

export function LabelCard({ store, label, place, samples, sending, holding, isNext, canRemove }: Props) {
  const { settings, server } = store;
  const { kind, needed } = settings;
  const { name } = label;
  const isBackground = name === settings.background;
  const labels = store.state.getState().labels.flatMap((each) => (each.name === "" ? [] : [each.name]));
  const hasPhone = useStore(store.phone.state, ({ openLabel }) => openLabel === label.id);
  const [isOver, setOver] = useState(false);
  const [showsAll, setShowsAll] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const focusName = useRef<() => void>(() => undefined);
  const [focusHere] = useState(() => (focus: () => void) => {
    focusName.current = focus;
  });
  const isRecording = holding.label !== null && holding.label === name && name !== "";
  const withName = (act: () => void): void => {
    if (name !== "") {
      act();
      return;
    }
    store.say("Write the name of the label first, such as knock.");
    focusName.current();
  };
  const addFiles = async (chosen: readonly File[]): Promise<void> => {
    for (const file of chosen) {
      try {
        await store.add(await recordingsOfFile(file, kind, isBackground), name, "file");
      } catch (error) {
        store.say(problemText(error));
      }
    }
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const { dataTransfer } = event;
    withName(() => void filesOfDrop(dataTransfer).then(addFiles));
  };
  const shown = showsAll ? samples : samples.slice(0, SHOWN);
  const shortcut = keyOf(place, isBackground);
  return (
    <section
      className={["card stack start-label", isNext ? "next" : "", isOver ? "over" : ""].join(" ")}
      aria-label={name === "" ? "New label" : `Label ${name}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="row">
        <span className={`start-mark m${isBackground ? "0" : String((place % 5) + 1)}`} aria-hidden="true" />
        {isBackground ? (
          <span className="row start-name">
            <h3>{name}</h3>
            <span className="tag">Always there</span>
          </span>
        ) : (
          <LabelName
            key={name}
            name={name}
            example={settings.example}
            longest={settings.longestLabel}
            onRename={(text) => store.rename(label.id, text)}
            focusHere={focusHere}
          />
        )}
        <span className="grow" />
        <span className="num muted" role="status">
          <CountText count={samples.length} needed={needed} sending={sending} />
        </span>
        {canRemove && (
          <button
            type="button"
            className="button quiet square"
            aria-label={`Remove the label ${name === "" ? "without a name" : name}`}
            title="Remove this label"
            onClick={() => store.removeLabel(label.id)}
          >
            <Trash2 aria-hidden="true" />
          </button>
        )}
      </div>
      {isBackground && (
        <p className="small muted">
          {BACKGROUND_HINTS[kind]} <b>{BACKGROUND_REASONS[kind]}</b>{" "}
          {kind === "sound" && (
            <button
              type="button"
              className="link"
              onClick={holding.secondsLeft === null ? holding.listen : holding.stop}
            >
              {holding.secondsLeft === null
                ? `Listen for ${LISTEN_SECONDS / 60} min`
                : `Stop listening, ${holding.secondsLeft} s left`}
            </button>
          )}
        </p>
      )}
      <div className="row wrap">
        {holding.recorder !== null && (
          <button
            type="button"
            className={["button start-hold", isRecording ? "recording" : isNext ? "primary" : ""].join(" ")}
            aria-pressed={isRecording}
            aria-keyshortcuts={shortcut ?? undefined}
            onPointerDown={(event) => {
              if (event.button !== 0) return;
              event.currentTarget.setPointerCapture(event.pointerId);
              withName(() => holding.start(name));
            }}
            onPointerUp={holding.stop}
            onPointerCancel={holding.stop}
            onContextMenu={(event) => event.preventDefault()}
            onClick={({ detail }) => {
              // By the keyboard, or with a screen reader: one press begins, the next one ends.
              if (detail === 0) withName(() => (isRecording ? holding.stop() : holding.start(name)));
            }}
          >
            <Circle aria-hidden="true" />
            {isRecording ? (holding.isOpening ? "Starting…" : "Let go to stop") : "Hold to record"}
            <span className="aloud"> {name}</span>
            {shortcut !== null && <kbd aria-hidden="true">{shortcut}</kbd>}
          </button>
        )}
        {holding.recorder !== null && (
          <button
            type="button"
            className="button"
            aria-expanded={hasPhone}
            onClick={() =>
              withName(() => (hasPhone ? store.phone.close() : void store.phone.open(label.id, name, labels)))
            }
          >
            <Smartphone aria-hidden="true" />
            Phone
          </button>
        )}
        <button
          type="button"
          className="button"
          title={FILE_HINTS[kind]}
          onClick={() => withName(() => files.current?.click())}
        >
          <Upload aria-hidden="true" />
          Drop files
        </button>
        <input
          ref={files}
          type="file"
          hidden
          multiple
          accept={ACCEPTED[kind]}
          aria-label={`Files of ${name}`}
          onChange={({ currentTarget }) => {
            void addFiles([...(currentTarget.files ?? [])]);
            currentTarget.value = "";
          }}
        />
      </div>
      {hasPhone && <PhoneCode link={store.phone} label={name} labels={labels} />}
      {samples.length > 0 ? (
        <ul className="start-tiles plain-list" aria-label={`Recordings of ${name}`}>
          {shown.map((sample) => (
            <RecordingTile
              key={sample.number}
              sample={sample}
              server={server}
              onRemove={() => store.remove([sample.number])}
              onProblem={store.say}
            />
          ))}
          {shown.length < samples.length && (
            <li className="start-tile more">
              <button type="button" onClick={() => setShowsAll(true)}>
                {samples.length - shown.length} more
              </button>
            </li>
          )}
        </ul>
      ) : (
        <div className="start-tiles" aria-hidden="true">
          {Array.from({ length: needed }, (_, index) => (
            <span key={index} className="start-tile empty" />
          ))}
        </div>
      )}
      {!isBackground && samples.length < needed && <p className="small muted">{HINTS[kind] + NO_SENSOR[kind]}</p>}
    </section>
  );
}

function CountText({
  count,
  needed,
  sending,
}: {
  readonly count: number;
  readonly needed: number;
  readonly sending: number;
}) {
  return (
    <>
      {count < needed ? `${count} of ${needed}` : `${count} recordings`}
      {sending > 0 && `, ${sending} being saved`}
    </>
  );
}

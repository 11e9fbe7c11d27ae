// The recordings that are saved on this phone and not sent yet, the newest first; one can be deleted, or all.
import { Trash2 } from "lucide-react";
import { useStore } from "zustand";
import { FaceView } from "./Face";
import type { Outbox } from "./sending/outbox";

interface Props {
  readonly outbox: Outbox;
  /** How many of them their person has not sent. */
  readonly waiting: number;
  readonly sentCount: number;
}

export function SavedRecordings({ outbox, waiting, sentCount }: Props) {
  const { savedRecordings } = useStore(outbox.state);
  return (
    <section className="stack collect-saved" aria-label="Saved on this phone">
      <div className="row between">
        <h2>Saved on this phone</h2>
        <span className="muted num" role="status">
          {summaryOf(savedRecordings.length, waiting, sentCount)}
        </span>
      </div>
      <ul className="collect-strip">
        {savedRecordings.toReversed().map((recording, index) => {
          const name = `Recording ${savedRecordings.length - index}, ${recording.label === "" ? "no label" : recording.label}`;
          return (
            <li key={recording.key}>
              <FaceView face={recording.face} recording={recording} name={name} />
              <button
                type="button"
                className="button quiet"
                aria-label={`Delete ${name}`}
                onClick={() => void outbox.remove(recording.key)}
              >
                <Trash2 aria-hidden="true" />
              </button>
            </li>
          );
        })}
      </ul>
      {savedRecordings.length > 1 && (
        <div>
          <button type="button" className="button" onClick={() => void outbox.clear()}>
            <Trash2 aria-hidden="true" />
            Delete all from this phone
          </button>
        </div>
      )}
    </section>
  );
}

function summaryOf(savedCount: number, waiting: number, sentCount: number): string {
  const parts = [
    waiting > 0 ? `${waiting} not sent yet` : "",
    savedCount > waiting ? `${savedCount - waiting} waiting for the connection` : "",
    sentCount > 0 ? `${sentCount} sent` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "None" : parts.join(" · ");
}

// The recordings that are saved on this phone and not sent yet, the newest first; one can be deleted, or all.
import { Trash2 } from "lucide-react";
import { useStore } from "zustand";
import { FaceView } from "./Face";
import type { Outbox } from "./sending/outbox";

interface Props {
  readonly outbox: Outbox;
  /** How many of them their person has not sent. */
  readonly waiting: number;
  readonly sent: number;
}

export function Saved({ outbox, waiting, sent }: Props) {
  const { saved } = useStore(outbox.state);
  return (
    <section className="stack collect-saved" aria-label="Saved on this phone">
      <div className="row between">
        <h2>Saved on this phone</h2>
        <span className="muted num" role="status">
          {summaryOf(saved.length, waiting, sent)}
        </span>
      </div>
      <ul className="collect-strip">
        {saved.toReversed().map((recording, index) => {
          const name = `Recording ${saved.length - index}, ${recording.label === "" ? "no label" : recording.label}`;
          return (
            <li key={recording.key}>
              <FaceView face={recording.face} recorded={recording} name={name} />
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
      {saved.length > 1 && (
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

function summaryOf(saved: number, waiting: number, sent: number): string {
  const parts = [
    waiting > 0 ? `${waiting} not sent yet` : "",
    saved > waiting ? `${saved - waiting} waiting for the connection` : "",
    sent > 0 ? `${sent} sent` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "None" : parts.join(" · ");
}

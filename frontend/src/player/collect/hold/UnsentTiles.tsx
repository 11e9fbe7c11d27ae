// The recordings of a label that are on this phone, the newest first: each plays and can be deleted.
import { Play, Trash2 } from "lucide-react";
import { useEffect } from "react";
import { FaceView } from "../Face";
import { playRecording, stopPlaying } from "../play";
import type { Outbox } from "../sending/outbox";
import type { SavedRecording } from "../sending/storage";

interface Props {
  readonly outbox: Outbox;
  readonly recordings: readonly SavedRecording[];
  /** How many recordings of the label were sent before these. */
  readonly before: number;
  /** How many recordings of all labels wait for the connection. */
  readonly waiting: number;
  /** How many recordings of all labels are on this phone. */
  readonly total: number;
}

export function UnsentTiles({ outbox, recordings, before, waiting, total }: Props) {
  useEffect(() => stopPlaying, []);
  return (
    <section className="stack tight" aria-labelledby="unsent">
      <div className="row between">
        <h2 id="unsent">On this phone</h2>
        <span className="muted num" role="status">
          {total === 0
            ? "none"
            : waiting > 0
              ? `${total}, ${waiting} waiting for the connection`
              : `${total}, not sent yet`}
        </span>
      </div>
      {recordings.length > 0 && (
        <ul className="hold-tiles">
          {recordings.toReversed().map((recording, index) => {
            const number = before + recordings.length - index;
            const name = `recording ${number} of ${recording.label}`;
            return (
              <li key={recording.key}>
                <FaceView face={recording.face} recording={recording} name={name} />
                <div className="row">
                  <span className="num muted">{number}</span>
                  {recording.face.kind === "sound" && (
                    <button type="button" aria-label={`Play ${name}`} onClick={() => playRecording(recording)}>
                      <Play aria-hidden="true" />
                    </button>
                  )}
                  <button type="button" aria-label={`Delete ${name}`} onClick={() => void outbox.remove(recording.key)}>
                    <Trash2 aria-hidden="true" />
                  </button>
                </div>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

// Recording one after another: what is asked for, the sensor, keep or redo, and what is saved on this phone.
import { DataChangeLengths } from "../../api/schema";
import { useState } from "react";
import { useStore } from "zustand";
import { Bar } from "./Bar";
import { useLeaveWarning } from "./leave-warning";
import { PictureRecorder } from "./PictureRecorder";
import { deviceName } from "./recorders/device";
import type { Take } from "./recorders/take";
import { SavedRecordings } from "./SavedRecordings";
import type { Task } from "./sending/client";
import type { CollectSession } from "./session";
import { TimedRecorder } from "./TimedRecorder";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly session: CollectSession;
  readonly task: Task;
}

const SEGMENTS = 40;

export function Recorder({ session, task }: Props) {
  const { outbox } = session;
  const { savedRecordings, sentCount, isSending, isOffline, problem } = useStore(outbox.state);
  const [label, setLabel] = useState(task.label);
  const [sendsAtOnce, setSendsAtOnce] = useState(false);
  const doneCount = task.sent + sentCount + savedRecordings.length;
  const keep = async (takes: readonly Take[], isOfBoard = false): Promise<void> => {
    const device = deviceName(navigator.userAgent, task, isOfBoard);
    for (const { bytes, type, face } of takes) {
      const key = crypto.randomUUID();
      await outbox.save({ key, bytes, type, face, label, device, recordedAt: Date.now(), isToSend: sendsAtOnce });
    }
  };
  useLeaveWarning(savedRecordings.length > 0);
  const props = { task, number: doneCount + 1, onKeep: keep };
  const waiting = savedRecordings.filter(({ isToSend }) => !isToSend).length;
  return (
    <>
      <Bar project={task.project} here="recording">
        <button
          type="button"
          className="button"
          disabled={savedRecordings.length === 0 || isSending}
          onClick={() => void outbox.sendAll()}
        >
          Send {savedRecordings.length > 0 ? savedRecordings.length : ""}
        </button>
      </Bar>
      <main className="collect">
        <div className="row between">
          <span className="muted">Please record</span>
          <b className="num" aria-live="polite">
            {doneCount < task.wanted ? `${doneCount + 1} of ${task.wanted}` : `all ${task.wanted} recorded`}
          </b>
        </div>
        <Steps done={doneCount} wanted={task.wanted} />
        <h1 className="collect-label">{label === "" ? "Without a label" : label}</h1>
        {task.hint !== "" && <p className="muted">{task.hint}</p>}
        {!task.is_guest && (
          <label className="field">
            <span>Label</span>
            <input
              className="input"
              list="collect-labels"
              maxLength={DataChangeLengths.label}
              value={label}
              onChange={(event) => setLabel(event.target.value)}
            />
          </label>
        )}
        <datalist id="collect-labels">
          {task.labels.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        {task.kind === "picture" ? <PictureRecorder {...props} /> : <TimedRecorder {...props} />}
        {problem !== null && (
          <p className="notice bad" role="alert">
            <InlineCode>{problem}</InlineCode>
          </p>
        )}
        {isOffline && (
          <p className="notice" role="status">
            No connection. What you sent waits on this phone and goes out when the connection is back.
          </p>
        )}
        <label className="row collect-check">
          <input type="checkbox" checked={sendsAtOnce} onChange={(event) => setSendsAtOnce(event.target.checked)} />
          Send each recording when I save it
        </label>
        <SavedRecordings outbox={outbox} waiting={waiting} sentCount={task.sent + sentCount} />
        {task.receipt !== "" && (
          <section className="stack" aria-label="Your receipt">
            <h2>Your receipt</h2>
            <p className="muted">This link shows what you sent, and deletes it. Keep it: nobody can make it again.</p>
            <a href={task.receipt}>Open the receipt link</a>
            <input className="input mono" readOnly value={task.receipt} aria-label="Receipt link" />
          </section>
        )}
      </main>
    </>
  );
}

function Steps({ done, wanted }: { readonly done: number; readonly wanted: number }) {
  const count = Math.min(wanted, SEGMENTS);
  const full = Math.floor((Math.min(done, wanted) / wanted) * count);
  return (
    <div className="collect-steps" aria-hidden="true">
      {Array.from({ length: count }, (_, index) => (
        <i key={index} className={index < full ? "done" : index === full ? "now" : ""} />
      ))}
    </div>
  );
}

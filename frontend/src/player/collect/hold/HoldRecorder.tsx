// The page of a phone that records for the page of examples: labels as tabs, a button to hold, and what is not sent yet.
import { Send } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { useStore } from "zustand";
import { BACKGROUND_HINTS, HINTS } from "../../start/labels/hints";
import { Bar } from "../Bar";
import { useLeaveWarning } from "../leave-warning";
import { deviceName } from "../recorders/device";
import { NOT_STORED, type Take } from "../recorders/take";
import type { Task } from "../sending/client";
import type { CollectSession } from "../session";
import { HoldButton } from "./HoldButton";
import { UnsentTiles } from "./UnsentTiles";
import { LabelTabs } from "./LabelTabs";
import { RecordingCard } from "./RecordingCard";
import { useHold } from "./use-hold";
import "./hold.css";
import { InlineCode } from "../../../look/code/InlineCode";

interface Props {
  readonly session: CollectSession;
  readonly task: Task;
}

export function HoldRecorder({ session, task }: Props) {
  const { outbox } = session;
  const { savedRecordings, isSending, isOffline, problem } = useStore(outbox.state);
  const [chosen, setChosen] = useState(task.label);
  const tab = task.tabs.find(({ label }) => label === chosen) ?? task.tabs[0];
  const label = tab?.label ?? "";
  const isBackground = tab?.is_background === true;
  const keep = useCallback(
    async (takes: readonly Take[], name: string): Promise<void> => {
      const device = deviceName(navigator.userAgent, task);
      try {
        for (const { bytes, type, face } of takes) {
          const key = crypto.randomUUID();
          await outbox.save({ key, bytes, type, face, label: name, device, recordedAt: Date.now(), isToSend: false });
        }
      } catch (error) {
        throw new Error(NOT_STORED, { cause: error });
      }
    },
    [outbox, task],
  );
  const hold = useHold(task.kind, { name: label, isBackground }, keep);
  useLeaveWarning(savedRecordings.length > 0);
  useEffect(() => {
    const look = (): void => {
      if (!document.hidden) void session.refresh();
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [session]);
  const send = async (): Promise<void> => {
    await outbox.sendAll();
    await session.refresh();
  };
  const here = savedRecordings.filter((recording) => recording.label === label);
  const waiting = savedRecordings.filter(({ isToSend }) => isToSend).length;
  return (
    <div className="hold">
      <Bar project={task.project} here="recording">
        <button
          type="button"
          className="button"
          disabled={savedRecordings.length === 0 || isSending}
          onClick={() => void send()}
        >
          <Send aria-hidden="true" />
          {isSending ? "Sending…" : savedRecordings.length > 0 ? `Send ${savedRecordings.length}` : "Send"}
        </button>
      </Bar>
      <main className="collect hold-main">
        <LabelTabs
          tabs={task.tabs}
          chosen={label}
          countHere={(name) => savedRecordings.filter((recording) => recording.label === name).length}
          isLocked={hold.state !== "idle"}
          onChoose={setChosen}
        />
        <div>
          <h1 className="collect-label">{label}</h1>
          <p className="muted">{isBackground ? BACKGROUND_HINTS[task.kind] : HINTS[task.kind]}</p>
        </div>
        {[hold.problem, problem].map(
          (text, index) =>
            text !== null && (
              <p key={index} className="notice bad" role="alert">
                <InlineCode>{text}</InlineCode>
              </p>
            ),
        )}
        {isOffline && (
          <p className="notice" role="status">
            No connection. What you sent waits on this phone and goes out when the connection is back.
          </p>
        )}
        <RecordingCard kind={task.kind} hold={hold} />
        <UnsentTiles
          outbox={outbox}
          recordings={here}
          before={tab?.count ?? 0}
          waiting={waiting}
          total={savedRecordings.length}
        />
        <p className="muted small">
          Send puts them on {task.person}’s screen, code <b className="num hold-digits">{task.digits}</b>. Nothing is
          sent before that.
        </p>
      </main>
      <footer className="collect-foot">
        <HoldButton kind={task.kind} hold={hold} />
      </footer>
    </div>
  );
}

// The page of a phone that records: the terms, the recorder, or why it cannot record.
import { RotateCcw } from "lucide-react";
import { useStore } from "zustand";
import { Code } from "./Code";
import { HoldRecorder } from "./hold/HoldRecorder";
import { Recorder } from "./Recorder";
import type { CollectSession } from "./session";
import { Terms } from "./Terms";

interface Props {
  readonly session: CollectSession;
}

export function CollectPage({ session }: Props) {
  const { phase, task, problem } = useStore(session.state);
  if (phase === "recording" && task !== null)
    return task.tabs.length > 0 ? (
      <HoldRecorder session={session} task={task} />
    ) : (
      <Recorder session={session} task={task} />
    );
  if (phase === "terms" && task !== null) return <Terms session={session} task={task} problem={problem} />;
  if (phase === "code") return <Code session={session} problem={problem} />;
  return (
    <main className="page narrow">
      <section className="card roomy stack" aria-live="polite">
        {phase === "starting" && <p className="muted">Reading the request…</p>}
        {phase === "no-access" && (
          <>
            <h1>This phone cannot record</h1>
            <p>{problem}</p>
            <p>No recording is kept on this phone. What was sent before stays where it is.</p>
          </>
        )}
        {phase === "declined" && (
          <>
            <h1>Nothing is recorded</h1>
            <p>No recording is kept on this phone, and none was sent. You can close this page.</p>
          </>
        )}
        {phase === "unreachable" && (
          <>
            <h1>The server cannot be reached</h1>
            <p>{problem} Check the connection and try again. Recordings that you saved stay on this phone.</p>
            <div>
              <button type="button" className="button primary big" onClick={() => void session.start(null)}>
                <RotateCcw aria-hidden="true" />
                Try again
              </button>
            </div>
          </>
        )}
      </section>
    </main>
  );
}

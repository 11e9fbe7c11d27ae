// "This was wrong": the input that was just answered becomes a recording of the label that it is.
import { Flag } from "lucide-react";
import { useEffect, useState } from "react";
import type { Snapshot } from "../../../preview";
import type { StartStore } from "../store";
import type { StartLabel } from "../labels/names";
import { LastWindow } from "./last-window";

interface Props {
  readonly running: Snapshot;
  readonly store: StartStore;
  readonly labels: readonly StartLabel[];
  /** How long the model listens. */
  readonly milliseconds: number;
}

export function WrongAnswer({ running, store, labels, milliseconds }: Props) {
  const [window] = useState(() => new LastWindow(milliseconds));
  const [file, setFile] = useState<Blob | null>(null);
  const [added, setAdded] = useState("");
  const { ran, loadedRune } = running;
  useEffect(() => {
    const request = loadedRune?.capabilities[0];
    const bytes = ran.get(0);
    if (request === undefined || bytes === undefined) return;
    const rate = Number(request.parameters["hz"] ?? 0);
    window.push(request, bytes, rate > 0 ? (bytes.byteLength / 2 / rate) * 1000 : 20);
  }, [window, ran, loadedRune]);
  const ask = (): void => {
    setAdded("");
    void window.file("").then((recording) => {
      if (recording === null) store.say("Nothing was heard yet. Start the input first.");
      setFile(recording);
    });
  };
  return (
    <div className="row wrap start-wrong">
      {file === null ? (
        <>
          <button type="button" className="button quiet" onClick={ask}>
            <Flag aria-hidden="true" />
            This was wrong
          </button>
          <span className="small muted" role="status">
            {added === "" ? "adds what it just got to a label" : `Added to ${added}. Train again to learn from it.`}
          </span>
        </>
      ) : (
        <>
          <span>It was</span>
          {labels
            .filter(({ name }) => name !== "")
            .map(({ id, name }) => (
              <button
                key={id}
                type="button"
                className="button"
                onClick={() => {
                  setFile(null);
                  setAdded(name);
                  void store.add([file], name, "corrected");
                }}
              >
                {name}
              </button>
            ))}
          <button type="button" className="button quiet" onClick={() => setFile(null)}>
            Nothing, keep it
          </button>
        </>
      )}
    </div>
  );
}

// A press that makes a test of what the block read in the last two seconds, with what it gives as what is expected.
import { Plus } from "lucide-react";
import { useState } from "react";
import { useStore } from "zustand";
import { PythonStopped } from "../../../blocks";
import { count } from "../../format/quantities";
import { useStudio } from "../../context/studio";
import { addLiveTest, type NewTest, type RecordingEngine } from "./new-test";
import { RECENT, type BlockRunner } from "../runner";

interface Props {
  readonly runner: BlockRunner;
  readonly engine: RecordingEngine;
}

export function AddLiveTest({ runner, engine }: Props) {
  const { workspace, places } = useStudio();
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState("");
  const { run, problems } = useStore(runner.state);
  const isReady = run !== null && problems.length === 0;

  const add = async (): Promise<void> => {
    setBusy(true);
    const test = await addLiveTest(workspace, runner, engine).catch((error: unknown): NewTest => {
      if (error instanceof PythonStopped) return { refused: error.message };
      throw error;
    });
    setBusy(false);
    setRefusal("refused" in test ? test.refused : "");
    if ("refused" in test) return;
    workspace.toasts.say(`${test.path} has ${test.name} now, with ${count(test.runs, "run")}.`, {
      label: "Show",
      run: () => places.goTo(test.path, test.line, 1),
    });
  };

  return (
    <div className="block-test-more">
      <button type="button" className="button small" disabled={!isReady || isBusy} onClick={() => void add()}>
        <Plus size={14} aria-hidden /> From the last {RECENT / 1000} s
      </button>
      <p className="small muted" aria-live="polite">
        {refusal !== "" ? refusal : isReady ? "" : "Records a test from live input once the block runs."}
      </p>
    </div>
  );
}

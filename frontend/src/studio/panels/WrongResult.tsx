// "This was wrong": the very input that gave the answer becomes a sample with the right label, once its person has read who
// will see it.
import { Flag } from "lucide-react";
import { answerOf, recordingOfRun, type Snapshot } from "../../preview";
import { useStudio } from "../context/studio";

export default function WrongResult({ running }: { readonly running: Snapshot }) {
  const { dialogs } = useStudio();
  const { loaded, ran, readings } = running;
  const recording =
    loaded === null || readings.cards.length === 0 ? null : recordingOfRun(loaded.capabilities, ran, "");
  const mark = (): void => {
    if (recording === null || loaded === null) return;
    const labels = [...new Set(loaded.wordlists.flat())];
    dialogs.open({ what: "save-recording", recording, labels, predicted: null, said: answerOf(readings.cards) ?? "" });
  };
  return (
    <div className="card row preview-wrong">
      <button type="button" className="button" disabled={recording === null} onClick={mark}>
        <Flag aria-hidden="true" />
        This was wrong
      </button>
    </div>
  );
}

// "This was wrong": the very input that gave the answer becomes a sample with the right label, once its person has read who
// will see it.
import { Flag } from "lucide-react";
import { answerOf, recordingOfRun, type Snapshot } from "../../preview";
import { useStudio } from "../context/studio";

export default function WrongResult({ running }: { readonly running: Snapshot }) {
  const { dialogs } = useStudio();
  const { loadedRune, ran, readings } = running;
  const recording =
    loadedRune === null || readings.cards.length === 0 ? null : recordingOfRun(loadedRune.capabilities, ran, "");
  // A rune without inputs gives nothing that could become a sample.
  if (loadedRune?.capabilities.length === 0) return null;
  const mark = (): void => {
    if (recording === null || loadedRune === null) return;
    const labels = [...new Set(loadedRune.wordlists.flat())];
    dialogs.open({
      what: "save-recording",
      recording,
      labels,
      prediction: null,
      wrongAnswer: answerOf(readings.cards) ?? "",
    });
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

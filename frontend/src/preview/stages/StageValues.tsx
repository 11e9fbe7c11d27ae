// The values of all stages in the newest run, in the places that a picture of the pipeline has for it.
import { createPortal } from "react-dom";
import { recordingOf } from "../../runtime";
import type { Snapshot } from "../running/session";
import { StageInput } from "./StageInput";
import { CardValue, StageValue } from "./StageValue";
import "./stages.css";

interface Props {
  readonly running: Snapshot;
  /** The places by the names of the stages. */
  readonly slots: ReadonlyMap<string, HTMLElement>;
}

export default function StageValues({ running, slots }: Props) {
  return [...slots].map(([stage, slot]) => {
    const value = valueOf(running, stage);
    return value === null ? null : createPortal(value, slot, stage);
  });
}

function valueOf({ loadedRune, ran, watchedMessages, readings }: Snapshot, stage: string) {
  const requests = loadedRune?.capabilities ?? [];
  const place = requests.findIndex((each) => each.stage === stage);
  const [request, bytes] = [requests[place], ran.get(place)];
  if (request !== undefined && bytes !== undefined && recordingOf(request) !== null)
    return <StageInput request={request} bytes={bytes} />;
  const tensor = watchedMessages.find((each) => each.stage === stage)?.tensors[0];
  if (tensor !== undefined) return <StageValue tensor={tensor} />;
  const card = readings.cards.find((each) => each.stage === stage);
  if (card !== undefined) return <CardValue card={card} />;
  // Scores that stand behind the word of another output have no card of their own.
  const partner = readings.cards.find(({ followedTensor }) => followedTensor.stage === stage);
  return partner?.kind === "word" && partner.scoredTensor !== null ? (
    <StageValue tensor={partner.scoredTensor} />
  ) : null;
}

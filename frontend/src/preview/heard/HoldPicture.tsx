// Below the picture that a rune was given: holding the answer to it while a camera goes on, and saving it as a sample.
import { use } from "react";
import type { CapabilityRequest } from "../../runtime";
import { useHost } from "../host";
import { recordingOfRun } from "../recordings/of-run";
import { AnsweredRunContext } from "./context";
import { HoldBar } from "./HoldBar";

interface Props {
  readonly request: CapabilityRequest;
  /** The capability's place in the rune. */
  readonly place: number;
  /** Whether pictures follow one another by themselves. */
  readonly isLive: boolean;
}

export default function HoldPicture({ request, place, isLive }: Props) {
  const { inputs } = use(AnsweredRunContext);
  const { onSend } = useHost();
  const bytes = inputs.get(place);
  if (bytes === undefined || (!isLive && onSend === null)) return null;
  return (
    <HoldBar
      isLive={isLive}
      noun="picture"
      content={() => recordingOfRun([request], new Map([[0, bytes]]), "")?.content ?? null}
    />
  );
}

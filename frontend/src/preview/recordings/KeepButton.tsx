// Keeps what is there now, a drawing, as a recording.
import { BookmarkPlus } from "lucide-react";
import { useState } from "react";
import type { Recording } from "./capture/recording";

export function KeepButton({
  isBlank,
  onKeep,
}: {
  readonly isBlank: boolean;
  readonly onKeep: () => Recording | false;
}) {
  const [status, setStatus] = useState("");
  const keep = (): void => {
    const recording = onKeep();
    if (recording !== false) setStatus(`Saved as ${recording.label}`);
  };
  return (
    <>
      <button type="button" className="button" disabled={isBlank} onClick={keep}>
        <BookmarkPlus aria-hidden="true" />
        Save recording
      </button>
      <span className="small muted" role="status">
        {status}
      </span>
    </>
  );
}

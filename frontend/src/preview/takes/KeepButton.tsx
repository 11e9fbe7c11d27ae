// Keeps what is there now, a drawing, as a take.
import { BookmarkPlus } from "lucide-react";
import { useState } from "react";
import type { Take } from "./take";

export function KeepButton({ isBlank, onKeep }: { readonly isBlank: boolean; readonly onKeep: () => Take | false }) {
  const [said, setSaid] = useState("");
  const keep = (): void => {
    const take = onKeep();
    if (take !== false) setSaid(`Saved as ${take.label}`);
  };
  return (
    <>
      <button type="button" className="button" disabled={isBlank} onClick={keep}>
        <BookmarkPlus aria-hidden="true" />
        Save recording
      </button>
      <span className="small muted" role="status">
        {said}
      </span>
    </>
  );
}

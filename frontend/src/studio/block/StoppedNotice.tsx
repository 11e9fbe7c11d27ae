// Why a block or its tests do not run, with the press that runs them again.
import { RotateCw } from "lucide-react";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly reason: string;
  /** None while it runs again already. */
  readonly onAgain: (() => void) | null;
}

export function StoppedNotice({ reason, onAgain }: Props) {
  return (
    <div className="notice bad block-stopped" role="alert">
      <p>
        <InlineCode>{reason}</InlineCode>
      </p>
      <button type="button" className="button small" disabled={onAgain === null} onClick={() => onAgain?.()}>
        <RotateCw size={14} aria-hidden /> Run again
      </button>
    </div>
  );
}

// Why a rune is not there, and how to go on.
import { RotateCcw } from "lucide-react";
import { InlineCode } from "../look/code/InlineCode";

export function FetchFailure({ reason, onAgain }: { readonly reason: string; readonly onAgain: () => void }) {
  return (
    <div className="notice bad stack" role="alert">
      <p>
        <InlineCode>{reason}</InlineCode>
      </p>
      <div className="row">
        <button type="button" className="button big" onClick={onAgain}>
          <RotateCcw aria-hidden="true" />
          Try again
        </button>
      </div>
    </div>
  );
}

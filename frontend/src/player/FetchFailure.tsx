// Why a rune is not there, and how to go on.
import { RotateCcw } from "lucide-react";

export function FetchFailure({ reason, onAgain }: { readonly reason: string; readonly onAgain: () => void }) {
  return (
    <div className="notice bad stack" role="alert">
      <p>{reason}</p>
      <div className="row">
        <button type="button" className="button big" onClick={onAgain}>
          <RotateCcw aria-hidden="true" />
          Try again
        </button>
      </div>
    </div>
  );
}

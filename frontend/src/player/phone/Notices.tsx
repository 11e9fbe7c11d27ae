// Notices for the phone's person: no network, a newer build, another edition of the player, a fault.
import { ArrowUpCircle, RotateCcw, WifiOff } from "lucide-react";
import type { Player } from "./runes/store";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly player: Player;
  readonly update: (() => void) | null;
  readonly onNewer: () => void;
  readonly onRetry: () => void;
}

export function Notices({ player, update, onNewer, onRetry }: Props) {
  const { isOffline, newer, problem, phase } = player;
  return (
    <div className="stack phone-notices" aria-live="polite">
      {isOffline && (
        <p className="notice phone-offline">
          <WifiOff aria-hidden="true" />
          No connection. The app that was loaded last is still running.
        </p>
      )}
      {newer !== null && (
        <div className="notice info row between wrap">
          <span>A newer build is available.</span>
          <button type="button" className="button" onClick={onNewer}>
            <ArrowUpCircle aria-hidden="true" />
            Use it
          </button>
        </div>
      )}
      {update !== null && (
        <div className="notice info row between wrap">
          <span>The player was updated.</span>
          <button type="button" className="button" onClick={update}>
            <RotateCcw aria-hidden="true" />
            Load it again
          </button>
        </div>
      )}
      {problem !== null && phase === "ready" && (
        <div className="notice bad row between wrap" role="alert">
          <span>
            <InlineCode>{problem}</InlineCode>
          </span>
          <button type="button" className="button" onClick={onRetry}>
            <RotateCcw aria-hidden="true" />
            Try again
          </button>
        </div>
      )}
    </div>
  );
}

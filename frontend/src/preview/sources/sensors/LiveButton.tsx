// The button that switches a device on and off, and the words for why it is off.
import { Square, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { Live, LiveState } from "./live";
import { InlineCode } from "../../../look/code/InlineCode";

interface Props {
  readonly live: Live;
  readonly state: LiveState;
  readonly icon: LucideIcon;
  readonly startText: string;
  readonly stopText: string;
  readonly children?: ReactNode;
}

export function LiveButton({ live, state, icon: Icon, startText, stopText, children }: Props) {
  const isOff = state.phase === "off";
  return (
    <>
      {state.problem !== null && (
        <p className="notice warn" role="alert">
          <InlineCode>{state.problem}</InlineCode>
        </p>
      )}
      {state.permissionHint !== null && (
        <p className="notice" role="status">
          {state.permissionHint}
        </p>
      )}
      <div className="row wrap">
        <button type="button" className="button" onClick={isOff ? live.start : live.stop}>
          {isOff ? <Icon aria-hidden="true" /> : <Square aria-hidden="true" />}
          {isOff ? startText : state.phase === "starting" ? "Starting…" : stopText}
        </button>
        {children}
      </div>
    </>
  );
}

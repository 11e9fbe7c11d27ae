// The page in place of the app: the app is on its way, or why it is not, with the next step.
import { RotateCcw } from "lucide-react";
import type { Player } from "./runes/store";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly player: Player;
  readonly onRetry: () => void;
}

export function Welcome({ player, onRetry }: Props) {
  const { phase, problem } = player;
  if (phase === "starting") {
    return (
      <p className="preview-waiting muted" role="status">
        Looking for something to run…
      </p>
    );
  }
  const next = encodeURIComponent(window.location.pathname + window.location.search);
  return (
    <section className="card roomy stack" aria-label="Why nothing runs">
      {phase === "no-access" && (
        <>
          <h2>Give this phone access</h2>
          {problem !== null && (
            <p className="notice bad" role="alert">
              <InlineCode>{problem}</InlineCode>
            </p>
          )}
          <p>
            In the studio, press the phone beside Preview and scan the code that it shows with this phone's camera. A
            code works once, within 5 minutes.
          </p>
          <p>Or sign in here with your email and password.</p>
          <div className="row wrap">
            <a className="button big" href={`/accounts/login/?next=${next}`}>
              Sign in
            </a>
          </div>
        </>
      )}
      {phase === "not-found" && (
        <>
          <h2>Project not found</h2>
          <p>
            The project was deleted or renamed, or you have no access to it. Ask who sent you the link, or scan a new
            code in the studio.
          </p>
        </>
      )}
      {phase === "unreachable" && (
        <>
          <h2>The server cannot be reached</h2>
          <p>{problem ?? "Check the connection and try again."} No copy of this project is stored on this phone yet.</p>
          <div className="row wrap">
            <button type="button" className="button primary big" onClick={onRetry}>
              <RotateCcw aria-hidden="true" />
              Try again
            </button>
          </div>
        </>
      )}
    </section>
  );
}

// The choice of the rune that runs, whether newer builds are used by themselves, and leaving.
import { LogOut } from "lucide-react";
import { useState } from "react";
import type { Player, PlayerStore } from "./runes/store";
import type { PlayerState } from "./runes/types";
import { InlineCode } from "../../look/code/InlineCode";

interface Props {
  readonly player: Player;
  readonly state: PlayerState;
  readonly store: PlayerStore;
}

export function Chooser({ player, state, store }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  const leave = (): void => {
    store.leave().catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  };
  const newest = state.now === null ? "Latest published" : "Latest from the studio";
  return (
    <section className="card stack" aria-label="What runs">
      <h2>Version</h2>
      <div className="field">
        <label htmlFor="phone-tag">Version</label>
        <select
          id="phone-tag"
          value={player.tag ?? ""}
          onChange={(event) => store.choose(event.target.value === "" ? null : event.target.value)}
        >
          <option value="">{newest}</option>
          {player.tag !== null && !state.tags.some(({ tag }) => tag === player.tag) && (
            <option value={player.tag}>{player.tag}, not there any more</option>
          )}
          {state.tags.map(({ tag }) => (
            <option key={tag} value={tag ?? ""}>
              {tag}
            </option>
          ))}
        </select>
      </div>
      <label className="row phone-check">
        <input type="checkbox" checked={player.follows} onChange={(event) => store.follow(event.target.checked)} />
        Use new builds automatically
      </label>
      {state.person !== null && (
        <p className="small muted">
          {state.by === "pass"
            ? `This phone has access through ${state.person.name}, to this project only.`
            : `Signed in as ${state.person.name}.`}
        </p>
      )}
      {problem !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
      {state.by === "pass" && (
        <div className="row wrap">
          <button type="button" className="button" disabled={player.isOffline} onClick={leave}>
            <LogOut aria-hidden="true" />
            Forget this project on this phone
          </button>
        </div>
      )}
    </section>
  );
}

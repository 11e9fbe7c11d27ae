// Every command of the studio as it can be done at this moment.
import { lastSucceeded } from "../session/state";
import type { Shell } from "../shell/shell";
import type { Command } from "./command";
import { editCommands } from "./edit-commands";
import { fileCommands } from "./file-commands";
import { goCommands } from "./go-commands";
import { projectCommands } from "./project-commands";
import type { CommandState } from "./state";

export function stateOf({ workspace, places }: Shell): CommandState {
  const { shown, runefile, editor, showsVersions } = places.state.getState();
  return {
    mayEdit: workspace.mayEdit,
    canReview: lastSucceeded(workspace.store.state.getState().builds) !== null,
    active: shown.active,
    isText: editor !== null && !showsVersions,
    isRunefile: editor !== null && shown.active?.path === runefile,
  };
}

export function commandsOf(shell: Shell, state = stateOf(shell)): readonly Command[] {
  return [
    ...projectCommands(state, shell),
    ...fileCommands(state, shell),
    ...editCommands(state, shell),
    ...goCommands(state, shell),
  ];
}

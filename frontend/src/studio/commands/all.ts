// Every command of the studio as it can be done at this moment.
import { newestToReview } from "../session/project-session";
import type { StudioStores } from "../context/studio";
import type { Command } from "./command";
import { editCommands } from "./edit-commands";
import { fileCommands } from "./file-commands";
import { goCommands } from "./go-commands";
import { projectCommands } from "./project-commands";
import type { CommandState } from "./state";

export function stateOf({ workspace, places }: StudioStores): CommandState {
  const { shownFiles, runefile, editor, showsVersions } = places.state.getState();
  return {
    mayEdit: workspace.mayEdit,
    canReview: newestToReview(workspace.store.state.getState().builds) !== null,
    active: shownFiles.active,
    isText: editor !== null && !showsVersions,
    isRunefile: editor !== null && shownFiles.active?.path === runefile,
  };
}

export function commandsOf(studio: StudioStores, state = stateOf(studio)): readonly Command[] {
  return [
    ...projectCommands(state, studio),
    ...fileCommands(state, studio),
    ...editCommands(state, studio),
    ...goCommands(state, studio),
  ];
}

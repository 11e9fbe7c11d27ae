// The commands about the project as a whole: building, versions, sharing.
import { askAddress, newestToReview } from "../session/project-session";
import type { StudioStores } from "../context/studio";
import type { Command } from "./command";
import { unlessEditor, type CommandState } from "./state";

export function projectCommands(state: CommandState, studio: StudioStores): readonly Command[] {
  const { workspace, building, dialogs, places } = studio;
  const refusal = unlessEditor(state);
  const group = "Project";
  return [
    { id: "build", title: "Build", group, keys: "Mod+Enter", refusal, run: building.start },
    { id: "build.targets", title: "Build settings", group, refusal, run: () => dialogs.open({ what: "targets" }) },
    { id: "save", title: "Save status", group, keys: "Mod+s", run: () => saySaveStatus(studio) },
    {
      id: "version.save",
      title: "Save a version…",
      group,
      keys: "Mod+Shift+s",
      refusal,
      run: () => dialogs.open({ what: "save-version" }),
    },
    { id: "version.list", title: "Versions", group, run: places.showVersions },
    { id: "share", title: "Share…", group, run: () => dialogs.open({ what: "share" }) },
    { id: "phone", title: "On your phone…", group, run: () => dialogs.open({ what: "phone" }) },
    {
      id: "review",
      title: "Ask for review…",
      group,
      refusal: refusal ?? (state.canReview ? null : "Build first: a review needs a build"),
      run: () => {
        const build = newestToReview(workspace.store.state.getState().builds);
        if (build !== null) window.location.assign(askAddress(build));
      },
    },
    {
      id: "settings",
      title: "Project settings",
      group,
      refusal,
      run: () => window.location.assign(`${workspace.store.state.getState().project.url}/settings`),
    },
  ];
}

function saySaveStatus({ workspace }: StudioStores): void {
  const { save } = workspace.state.getState();
  const isUnsent = save === "saving" || save === "offline-unsent";
  workspace.toasts.say(
    isUnsent ? "Saving your last edit." : "All edits are saved. The server saves each edit as you type.",
  );
}

// Building and saving a version, and which build the foot of the page shows.
import type { Build } from "../../api/schema";
import { useEffect, useState } from "react";
import type { TextState, Workspace } from "../session/workspace";
import type { BottomTab } from "./Bottom";
import { isNarrow, type Screen } from "./Screens";

interface BuildingOptions {
  readonly workspace: Workspace;
  readonly text: TextState;
  readonly builds: readonly Build[];
  readonly mayEdit: boolean;
  readonly isSignedOut: boolean;
  readonly setScreen: (screen: Screen) => void;
  readonly showVersions: () => void;
}

export interface Building {
  /** What stands under the text. */
  readonly tab: BottomTab;
  readonly showTab: (tab: BottomTab) => void;
  /** The build that is chosen, else the newest; null before the first. */
  readonly build: Build | null;
  readonly choose: (id: string) => void;
  readonly start: () => void;
  readonly cancel: (build: Build) => void;
  readonly saveVersion: (message: string) => void;
}

export function useBuilding({
  workspace,
  text,
  builds,
  mayEdit,
  isSignedOut,
  setScreen,
  showVersions,
}: BuildingOptions): Building {
  const [tab, setTab] = useState<BottomTab>("problems");
  const [chosen, setChosen] = useState<string | null>(null);
  const build = builds.find((each) => each.id === chosen) ?? builds[0] ?? null;
  useEffect(() => {
    if (build !== null && tab === "build") workspace.store.watch(build.id);
  }, [workspace, build, tab]);
  const start = (): void => {
    if (!mayEdit) return;
    if (isSignedOut) {
      workspace.toasts.say("You are signed out. Sign in again, then build.");
      return;
    }
    if (text.save === "offline-unsent")
      workspace.toasts.say("Your edits have not reached the server. The build starts when the connection is back.");
    setTab("build");
    // The log stands under the text; where one part is shown at a time, that one.
    if (isNarrow()) setScreen("text");
    workspace.attempt(workspace.build().then(setChosen));
  };
  return {
    tab,
    showTab: setTab,
    build,
    choose: setChosen,
    start,
    cancel: ({ id }) => workspace.attempt(workspace.store.cancel(id)),
    saveVersion: (message) =>
      workspace.attempt(
        workspace
          .saveVersion(message)
          .then(({ number }) =>
            workspace.toasts.say(`Version ${number} is saved.`, { label: "Versions", run: showVersions }),
          ),
      ),
  };
}

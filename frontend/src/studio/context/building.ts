// Building and saving a version, and what stands under the text: the problems, or a build with its log.
import type { Build } from "../../api/schema";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Workspace } from "../session/workspace";
import { isNarrow } from "./is-narrow";
import type { StudioPlaces } from "./places";

export type BottomTab = "problems" | "build";

interface BuildingState {
  readonly tab: BottomTab;
  /** The id of the build that was chosen; null for the newest. */
  readonly chosenBuild: string | null;
}

export class Building {
  private readonly store = createStore<BuildingState>(() => ({ tab: "problems", chosenBuild: null }));
  readonly state: Omit<StoreApi<BuildingState>, "setState"> = this.store;

  constructor(
    private readonly workspace: Workspace,
    private readonly places: StudioPlaces,
  ) {}

  readonly showTab = (tab: BottomTab): void => this.store.setState({ tab });

  readonly choose = (chosenBuild: string): void => this.store.setState({ chosenBuild });

  readonly start = (): void => {
    const { workspace } = this;
    if (!workspace.mayEdit) return;
    if (workspace.signIn.state.getState().who !== "me") {
      workspace.toasts.say("You are signed out. Sign in again, then build.");
      return;
    }
    if (workspace.state.getState().save === "offline-unsent")
      workspace.toasts.say("Your edits have not reached the server. The build starts when the connection is back.");
    this.showTab("build");
    // The log stands under the text; where one part is shown at a time, that one.
    if (isNarrow()) this.places.setScreen("text");
    workspace.attempt(workspace.build().then(this.choose));
  };

  readonly cancel = ({ id }: Build): void => this.workspace.attempt(this.workspace.store.cancel(id));

  readonly saveVersion = (message: string): void => {
    const { toasts } = this.workspace;
    const versions = { label: "Versions", run: this.places.showVersions };
    this.workspace.attempt(
      this.workspace.saveVersion(message).then(({ number }) => toasts.say(`Version ${number} is saved.`, versions)),
    );
  };
}

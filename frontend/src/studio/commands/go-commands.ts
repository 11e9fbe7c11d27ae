// The commands that lead somewhere, or show it in another way.
import type { StudioStores } from "../context/studio";
import type { Command } from "./command";
import { unlessRunefile, type CommandState } from "./state";

export function goCommands(state: CommandState, studio: StudioStores): readonly Command[] {
  const { workspace, places, building, dialogs } = studio;
  const inRunefile = unlessRunefile(state);
  const palette = (start: string) => (): void => dialogs.open({ what: "palette", start });
  const references = (): void => {
    const { editor } = places.state.getState();
    if (editor !== null)
      workspace.attempt(import("./language-actions").then(({ findReferences }) => findReferences(studio, editor)));
  };
  return [
    {
      id: "go.definition",
      title: "Go to the definition",
      group: "Go",
      keys: "F12",
      keyScope: "by its part",
      refusal: inRunefile,
      run: () => places.state.getState().editor?.goToDefinition(),
    },
    {
      id: "go.references",
      title: "Find references",
      group: "Go",
      keys: "Shift+F12",
      refusal: inRunefile,
      run: references,
    },
    { id: "view.text", title: "Show the text", group: "View", run: () => places.showRunefile("text") },
    { id: "view.both", title: "Show text and graph", group: "View", run: () => places.showRunefile("both") },
    { id: "view.graph", title: "Show the graph", group: "View", run: () => places.showRunefile("graph") },
    { id: "view.problems", title: "Show the problems", group: "View", run: () => building.showTab("problems") },
    { id: "view.builds", title: "Show the builds", group: "View", run: () => building.showTab("build") },
    {
      id: "go.problem",
      title: "Next problem",
      group: "Go",
      keys: "F8",
      keyScope: "outside the editor",
      run: places.goToNextProblem,
    },
    { id: "go.anything", title: "Find anything…", group: "Go", keys: "Mod+k", run: palette("") },
    { id: "go.file", title: "Go to file…", group: "Go", keys: "Mod+p", run: palette("") },
    { id: "go.command", title: "Run a command…", group: "Go", keys: "Mod+Shift+p", run: palette(">") },
    {
      id: "help.keys",
      title: "Keyboard shortcuts",
      group: "Go",
      keys: "?",
      run: () => dialogs.open({ what: "shortcuts" }),
    },
  ];
}

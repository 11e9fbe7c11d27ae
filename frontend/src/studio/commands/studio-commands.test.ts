import { describe, expect, it } from "vitest";
import { studioCommands, type StudioActions } from "./studio-commands";

const nothing = (): void => undefined;
const actions = (mayEdit: boolean): StudioActions => ({
  mayEdit,
  canReview: true,
  active: null,
  build: nothing,
  save: nothing,
  share: nothing,
  phone: nothing,
  askForReview: nothing,
  settings: nothing,
  newFile: nothing,
  upload: nothing,
  rename: nothing,
  remove: nothing,
  close: nothing,
  undo: nothing,
  redo: nothing,
  nextProblem: nothing,
  inRunefile: true,
  definition: nothing,
  references: nothing,
  renameName: nothing,
  quickFix: nothing,
  format: nothing,
  inferTypes: nothing,
  view: nothing,
  problems: nothing,
  builds: nothing,
  palette: nothing,
  shortcuts: nothing,
});

describe("the studio's commands", () => {
  const commands = studioCommands(actions(true));

  it("have ids and titles of their own", () => {
    expect(new Set(commands.map((command) => command.id)).size).toBe(commands.length);
    expect(new Set(commands.map((command) => command.title)).size).toBe(commands.length);
  });

  it("share no keys", () => {
    const keys = commands.flatMap((command) => command.keys ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("say to a viewer why nothing can be edited", () => {
    const refused = studioCommands(actions(false)).filter(
      (command) => command.refused?.includes("Developer role") === true,
    );
    expect(refused.map((command) => command.id)).toEqual(expect.arrayContaining(["build", "file.new", "undo"]));
  });
});

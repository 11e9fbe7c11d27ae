import { describe, expect, it } from "vitest";
import { DialogStore } from "../context/dialog-store";
import type { StudioStores } from "../context/studio";
import { commandsOf } from "./all";
import type { CommandState } from "./state";

/** Says which commands there are, and whether they can be done, is read of the state alone; none of them is run. */
const SHELL = { building: {}, places: {}, files: { actions: {} }, dialogs: new DialogStore() } as StudioStores;
const STATE: CommandState = { mayEdit: true, canReview: true, active: null, isText: true, isRunefile: true };

describe("the studio's commands", () => {
  const commands = commandsOf(SHELL, STATE);

  it("have ids and titles of their own", () => {
    expect(new Set(commands.map((command) => command.id)).size).toBe(commands.length);
    expect(new Set(commands.map((command) => command.title)).size).toBe(commands.length);
  });

  it("share no keys", () => {
    const keys = commands.flatMap((command) => command.keys ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("say to a viewer why nothing can be edited", () => {
    const refusedCommands = commandsOf(SHELL, { ...STATE, mayEdit: false }).filter(
      (command) => command.refusal?.includes("Developer role") === true,
    );
    expect(refusedCommands.map((command) => command.id)).toEqual(expect.arrayContaining(["build", "file.new", "undo"]));
  });
});

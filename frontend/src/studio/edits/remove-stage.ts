// Removes a stage, and offers to connect what stood before and behind it. The press takes the removal back and makes both in
// one edit of the language, so that one undo restores the stage and its wires.
import type { JoinAnswer, Port } from "../../api/schema";
import type { Workspace } from "../session/workspace";
import type { GraphLanguage } from "./graph-language";

type Join = NonNullable<JoinAnswer["join"]>;

/** The part of the workspace that this uses, so that a test can pass another. */
export type RemovalWorkspace = {
  readonly files: {
    readonly undo: Pick<Workspace["files"]["undo"], "undoStack" | "isNewestOfItsFiles" | "undoStep">;
  };
  readonly toasts: Pick<Workspace["toasts"], "say">;
};

/** Answers whether the stage was removed; why it was not is said. */
export async function removeStage(
  workspace: RemovalWorkspace,
  language: Pick<GraphLanguage, "edit" | "join">,
  name: string,
): Promise<boolean> {
  const {
    files: { undo },
    toasts,
  } = workspace;
  // Where the language does not answer about the neighbours, the stage is removed all the same.
  const join = await language.join(name).catch(() => null);
  if ((await language.edit({ edit: "remove-stage", name })) === null) return false;
  if (join === null) return true;
  if (join.reason !== null) {
    toasts.say(`${name} was removed. ${wireText(join)} cannot be connected: ${join.reason}`);
    return true;
  }
  const removal = undo.undoStack.at(-1);
  toasts.say(`${name} was removed.`, {
    label: `Connect ${wireText(join)}`,
    run: () => {
      if (removal === undefined || !undo.isNewestOfItsFiles(removal)) {
        toasts.say(`You edited the files after ${name} was removed. Draw the wire from ${join.source.stage} yourself.`);
        return;
      }
      undo.undoStep(removal);
      void language.edit({ edit: "remove-stage", name, join: true });
    },
  });
  return true;
}

/** `sound to model`, or `sound to model and label`. */
function wireText({ source, targets }: Join): string {
  const readers = [...new Set(targets.map(({ stage }) => stage))];
  const last = readers.at(-1) ?? "";
  return `${portText(source)} to ${readers.length === 1 ? last : `${readers.slice(0, -1).join(", ")} and ${last}`}`;
}

const portText = ({ stage, index }: Port): string => (index === 0 ? stage : `${stage}.${index}`);

// Adding labels: makes the file, changes the text. Fetched when somebody presses the button.
import type { PortsAnswer } from "./graph-requests";
import { GraphLanguage } from "./graph-language";
import { firstLabels, labelEdit, labelsPath, sourceOf, type Scores } from "./label-stages";
import type { Workspace } from "../session/workspace";

/** How long a file that the server makes may take to reach this page. */
const TIMEOUT = 10_000;

/** The path of the labels; null where they could not be added, which is said. */
export async function addLabels(workspace: Workspace, scores: Scores): Promise<string | null> {
  const ports = await workspace.language.ask<PortsAnswer>({ ask: "ports" });
  const source = sourceOf(ports, scores);
  if (source === null) {
    workspace.toasts.say("The stage that gives these scores is not in the text. Add a label block in the graph.");
    return null;
  }
  const path = labelsPath(new Set(workspace.state.getState().files.map((file) => file.path)));
  await workspace.client.createText(path, firstLabels(scores.count));
  await waitUntilListed(workspace, path);
  const edit = labelEdit(source, path, new Set(ports.stages.map(({ name }) => name)));
  if ((await new GraphLanguage(workspace).edit(edit)) !== null) return path;
  workspace.files.removeAll(workspace.state.getState().files.flatMap((file) => (file.path === path ? [file.id] : [])));
  return null;
}

/** Resolves when a file is in the document here. */
function waitUntilListed(workspace: Workspace, path: string): Promise<void> {
  const isThere = (): boolean => workspace.state.getState().files.some((file) => file.path === path);
  if (isThere()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () =>
        settle(() =>
          reject(new Error(`${path} is created, but has not reached this page yet. Try again in a moment.`)),
        ),
      TIMEOUT,
    );
    const stop = workspace.state.subscribe(() => {
      if (isThere()) settle(resolve);
    });
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      stop();
      end();
    };
  });
}

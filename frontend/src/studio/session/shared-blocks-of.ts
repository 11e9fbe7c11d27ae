// A page's blocks of other projects, begun when the page rests and asked for by who shows them.
import { usableBlocks } from "../api/blocks";
import { addText } from "../document/new-text";
import { isRunefileName } from "../document/runefile";
import { SharedBlocks } from "./shared-blocks";
import type { Workspace } from "./workspace";

/** What looks as if it named one, for when to ask which there are; the server reads it rightly. */
const NAMED = /[\w.-]+\/[\w.-]+#\w+@[\d.]+/g;

const begun = new WeakMap<Workspace, SharedBlocks>();

export function sharedBlocksOf(workspace: Workspace): SharedBlocks {
  const known = begun.get(workspace);
  if (known !== undefined) return known;
  const { files } = workspace;
  const shared = new SharedBlocks({
    named: () => {
      const texts = files.list().filter(({ path }) => path === "rune.lock" || isRunefileName(path));
      const found = texts.flatMap(({ id }) => files.text(id)?.toJSON().match(NAMED) ?? []);
      return [...new Set(found)].sort().join(" ");
    },
    stored: () => workspace.stored(),
    read: () => usableBlocks(workspace.client),
    onChange: () => {
      workspace.known.mounted = shared.files();
      workspace.checking.touch(0);
    },
  });
  begun.set(workspace, shared);
  workspace.begin = (path, text) => addText(files, path, text);
  files.doc.on("update", () => {
    if (workspace.state.getState().read) shared.touch();
  });
  return shared;
}

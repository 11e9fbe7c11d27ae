// The blocks of other projects in a page: begun when it rests, and looked up again when its texts name others.
import { usableBlocks } from "../../api/blocks";
import { addText } from "../../document/files/new-text";
import { isRunefileName } from "../../document/files/runefile";
import { SharedBlocks } from "./shared-blocks";
import type { Workspace } from "../workspace";

/** A text that looks like the name of one, for when to fetch the list; the server reads it rightly. */
const BLOCK_NAME = /[\w.-]+\/[\w.-]+#\w+@[\d.]+/g;

export function followSharedBlocks(workspace: Workspace): void {
  const { files } = workspace;
  const sharedBlocks = new SharedBlocks({
    names: () => {
      const texts = files.list().filter(({ path }) => path === "rune.lock" || isRunefileName(path));
      const names = texts.flatMap(({ id }) => files.text(id)?.toJSON().match(BLOCK_NAME) ?? []);
      return [...new Set(names)].sort().join(" ");
    },
    waitUntilStored: () => workspace.waitUntilStored(),
    read: () => usableBlocks(workspace.client),
    onChange: () => workspace.checking.touch(0),
    write: (path, text) => addText(files, path, text),
  });
  workspace.sharedBlocks = sharedBlocks;
  files.doc.on("update", () => {
    if (workspace.state.getState().read) sharedBlocks.touch();
  });
  // Blocks that cannot be read now are fetched again when a text names a block of another project, or the palette
  // opens.
  sharedBlocks.refresh().catch(() => undefined);
}

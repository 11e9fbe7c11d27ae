// The editor follows what happens to files: an undo in another file opens that one, and toasts report what others did.
// Fetched once the page can be used.
import { startFollowing } from "./follow-person";
import { followSharedBlocks } from "../session/blocks/follow-shared-blocks";
import type { Workspace } from "../session/workspace";
import type { StudioPlaces } from "./places";

export function startListeners(workspace: Workspace, places: StudioPlaces): void {
  announceRefusedUndo(workspace);
  showUndone(workspace, places);
  announceDeletion(workspace, places);
  openFileOfAddress(places);
  startFollowing(workspace, places);
  announceRestoring(workspace);
  followSharedBlocks(workspace);
}

/** A colleague's restoring changes many files at once: it is said, with the way back. What stood there is a version. */
function announceRestoring(workspace: Workspace): void {
  workspace.onVersion((event) => {
    if (event.type !== "version.restored") return;
    const { by, number, before } = event.data;
    if (by === null || by.id === workspace.store.state.getState().me.id) return;
    // The event comes before the restored files do: what they are is asked when the person, who sees them, goes back.
    const goBack = async (): Promise<boolean> => workspace.restore(before, null, await workspace.filesState());
    const undo = (): void => workspace.attempt(goBack());
    workspace.toasts.say(
      `${by.name} restored version ${number}.`,
      workspace.mayEdit ? { label: "Undo", run: undo } : undefined,
    );
  });
}

/** The file that the page's address names: what a search leads to. */
function openFileOfAddress(places: StudioPlaces): void {
  const path = new URLSearchParams(window.location.search).get("file");
  if (path !== null) places.awaitFile(path);
}

/** Says why an edit stays: the next press of the keys is for the edit before it. */
function announceRefusedUndo({ files, toasts }: Workspace): void {
  files.undo.onRefusal = (what) =>
    toasts.say(
      `Your edit was not ${what === "undo" ? "undone" : "redone"}: the same word was changed since, by someone else or in another window. ${what === "undo" ? "Undo" : "Redo"} again for the ${what === "undo" ? "edit before it" : "next edit"}.`,
    );
}

/** A message takes back an edit of any file: that file is opened, unless the one in front is a part of it. */
function showUndone({ files }: Workspace, places: StudioPlaces): void {
  files.undo.on("stack-item-popped", ({ changedParentTypes }: { changedParentTypes: Map<unknown, unknown> }) => {
    const ids = [...changedParentTypes.keys()].flatMap((type) => files.fileOf(type) ?? []);
    const [first] = ids;
    const { active } = places.state.getState().shownFiles;
    if (first !== undefined && (active === null || !ids.includes(active.id))) places.openFile(first);
  });
}

/** Says so when the file that is shown was deleted by someone else: what was typed in it is still there. */
function announceDeletion({ files, toasts }: Workspace, places: StudioPlaces): void {
  let last = places.state.getState().shownFiles.active;
  places.state.subscribe(({ shownFiles: { active } }) => {
    const before = last;
    last = active;
    if (before === null || before.id === active?.id) return;
    const deletion = files.deletedFiles().find(({ id }) => id === before.id);
    if (deletion === undefined || deletion.client === files.doc.clientID) return;
    const restore = (): void => {
      files.restore(before.id);
      places.openFile(before.id);
    };
    toasts.say(`${before.path} was deleted by someone else, or in another window.`, { label: "Restore", run: restore });
  });
}

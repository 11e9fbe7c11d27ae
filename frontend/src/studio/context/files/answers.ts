// The acts after an answer about files: each is done, and says how to take it back. Fetched with the dialogs, or when an
// act needs no answer.
import type { TextEdit } from "../../../api/schema";
import { Problem, sentenceOf } from "../../api/problem";
import type { FileEntry } from "../../document/files/files";
import { extension, normalPath } from "../../document/files/paths";
import { filesOf, movedTo, moveProblem } from "../../document/files/tree";
import { count } from "../../format/quantities";
import { askForInput } from "./model-work";
import type { UnpackResult } from "../../session/uploads/queue";
import type { Workspace } from "../../session/workspace";
import type { DialogStore } from "../dialog-store";
import type { StudioPlaces } from "../places";
import type { FileAnswers, FileTarget } from "./actions";

/** Fetched when a file is renamed for the first time. */
const fileUses = () => import("../../edits/file-uses");

export function fileAnswers(workspace: Workspace, places: StudioPlaces, dialogs: DialogStore): FileAnswers {
  const { client, toasts, uploads } = workspace;
  const currentFiles = (): readonly FileEntry[] => workspace.state.getState().files;
  const say = (text: string, undo?: () => void): void =>
    toasts.say(text, undo === undefined ? undefined : { label: "Undo", run: undo });
  const attempt = (work: Promise<unknown>): void => workspace.attempt(work);

  const send: FileAnswers["send"] = (sends, etags = new Map()) => {
    const [first] = sends;
    const sending = sends.map(async ({ path, file }) => uploads.send(path, file, await etags.get(path)));
    void Promise.all(sending).then((outcomes) => {
      const sentCount = outcomes.filter(Boolean).length;
      if (sends.length === 1 && sentCount === 1 && first !== undefined) {
        places.awaitFile(first.path);
        if (extension(first.path) === "tflite") askForInput(workspace, first.path);
      } else if (sends.length > 1 && sentCount > 0) say(`${count(sentCount, "file is", "files are")} in the project.`);
    });
  };

  const move = (target: FileTarget, to: string): void => {
    const files = currentFiles();
    const problem = moveProblem(target, to, files);
    if (problem !== null) {
      say(problem);
      return;
    }
    const movedPaths = new Map(
      [...movedTo(target, to, files)].map(([id, path]) => [files.find((file) => file.id === id)?.path ?? path, path]),
    );
    attempt(
      fileUses().then(async ({ changesOf, renamingEdits }) => {
        const changes = changesOf(workspace, await renamingEdits(workspace, movedPaths));
        if (changes.length === 0) rename(target, to, false);
        else dialogs.openForFiles({ what: "rename-used", target, to, changes });
      }),
    );
  };

  const rename = (target: FileTarget, to: string, alsoThere: boolean): void => {
    const files = currentFiles();
    const paths = movedTo(target, to, files);
    const before = new Map(filesOf(target, files).map((file) => [file.id, file.path]));
    const pairs = [...before].map(([id, path]) => [path, paths.get(id) ?? path] as const);
    const give = async (
      newPaths: ReadonlyMap<string, string>,
      movedPaths: readonly (readonly [string, string])[],
    ): Promise<readonly TextEdit[]> => {
      if (alsoThere) return (await fileUses()).moveAndRename(workspace, newPaths, new Map(movedPaths));
      workspace.move(newPaths, []);
      return [];
    };
    attempt(
      give(paths, pairs).then((textEdits) => {
        const [file] = textEdits.map((edit) => edit.file);
        const backwards = pairs.map(([old, path]) => [path, old] as const);
        say(file === undefined ? `${target.path} is ${to} now.` : `${target.path} is ${to} now, in ${file} too.`, () =>
          attempt(give(before, backwards)),
        );
      }),
    );
  };

  const remove = (target: FileTarget): void => {
    const ids = filesOf(target, currentFiles()).map((file) => file.id);
    workspace.files.removeAll(ids);
    say(
      target.kind === "file"
        ? `${target.path} is deleted.`
        : `${target.path} and its ${count(ids.length, "file")} are deleted.`,
      () => workspace.files.restoreAll(ids),
    );
  };

  const showUnpacked = (file: File, { before, added_paths: added, replaced_paths: replaced }: UnpackResult): void => {
    const parts = [
      added.length > 0 ? `${count(added.length, "new file")}` : "",
      replaced.length > 0 ? `${count(replaced.length, "file")} replaced` : "",
    ].filter((each) => each !== "");
    const etag = workspace.filesState();
    // Said when the archive is taken back.
    etag.catch(() => undefined);
    say(`${file.name} is unpacked: ${parts.join(", ")}.`, () =>
      attempt(etag.then((state) => workspace.restore(before, [...added, ...replaced], state))),
    );
  };

  const unpack = (file: File, folder: string, replace: boolean): void => {
    uploads.unpack(file, folder, replace).then(
      (result) => result !== null && showUnpacked(file, result),
      (error: unknown) => {
        const hint =
          error instanceof Problem && error.status === 409 ? " Drop the archive again and choose to replace them." : "";
        uploads.refuse(file.name, sentenceOf(error) + hint);
      },
    );
  };

  return {
    create: (typedPath) => {
      const path = normalPath(typedPath);
      attempt(client.createText(path).then(() => places.awaitFile(path)));
    },
    move,
    rename,
    remove,
    send,
    unpack,
    showRestored: (id, path) => {
      say(`${path} is restored.`);
      places.openFile(id);
    },
    versions: () => places.showVersions(),
  };
}

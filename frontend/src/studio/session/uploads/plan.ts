// The plan for files that come from outside: the path of each, and which are left out. Fetched when some come.
import { isModelSource } from "../../../api/model-sources";
import { MAX_FILES } from "../../../declared/studio-limits";
import { normalPath, pathProblem, placeFor } from "../../document/files/paths";
import { isLitter } from "../../../look/files/dropped-archive";
import type { NamedFile } from "../../../look/files/incoming-files";

export interface UploadPlan {
  readonly sends: readonly { readonly path: string; readonly file: File }[];
  readonly refusals: readonly { readonly path: string; readonly reason: string }[];
  /** How many files of histories, caches and file managers are left out. */
  readonly skippedCount: number;
  /** Paths of `sends` that are in the project already. */
  readonly replaces: readonly string[];
  readonly size: number;
}

/** Where a file goes: into the folder that it was dropped on, else where its kind belongs, else where it was. */
export function destination(name: string, folder: string | null): string {
  if (folder !== null && folder !== "") return normalPath(`${folder}/${name}`);
  return name.includes("/") || folder === "" ? normalPath(name) : placeFor(name);
}

/** The files that would be sent, and those that would not, with the reason. `limit` is for one file, in bytes. */
export function planUpload(
  incoming: readonly NamedFile[],
  folder: string | null,
  existing: ReadonlySet<string>,
  limit: number,
  formatSize: (bytes: number) => string,
): UploadPlan {
  const sends: { path: string; file: File }[] = [];
  const refusals: { path: string; reason: string }[] = [];
  const plannedPaths = new Set<string>();
  let skippedCount = 0;
  for (const { name, file } of incoming) {
    if (isLitter(name)) {
      skippedCount += 1;
      continue;
    }
    const path = destination(name, folder);
    // A file that is there is replaced; only a folder of its name, or another spelling of it, stands in the way.
    const others = new Set([...existing, ...plannedPaths].filter((other) => other !== path));
    const reason = plannedPaths.has(path)
      ? "Another file of this upload has the same name."
      : (pathProblem(path, others) ??
        (file.size > limit
          ? `It is ${formatSize(file.size)}; this server accepts files up to ${formatSize(limit)}.`
          : null));
    if (reason !== null) refusals.push({ path, reason });
    else if (new Set([...existing, ...plannedPaths, path]).size > MAX_FILES)
      refusals.push({ path, reason: `A project has at most ${MAX_FILES} files.` });
    else {
      sends.push({ path, file });
      plannedPaths.add(path);
    }
  }
  return {
    sends,
    refusals,
    skippedCount,
    replaces: sends.map(({ path }) => path).filter((path) => existing.has(path)),
    size: sends.reduce((sum, { file }) => sum + file.size, 0),
  };
}

/** Whether the plan is so plain that nothing needs to be asked. */
export function isPlain(plan: UploadPlan): boolean {
  return plan.refusals.length === 0 && plan.skippedCount === 0 && plan.replaces.length === 0 && plan.sends.length <= 10;
}

/** The one model of another format among what came, when it came alone: it is converted, because no rune runs it. */
export function loneSource(incoming: readonly NamedFile[]): File | null {
  const [first] = incoming;
  return first !== undefined && incoming.length === 1 && isModelSource(first.name) ? first.file : null;
}

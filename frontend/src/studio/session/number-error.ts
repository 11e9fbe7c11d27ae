// How far the number of the project's rune is usually off: the validation record of the run that gave its model.
import { unitOf, type NumberError } from "../../preview";
import type { ProjectClient } from "../api/client";
import type { FileEntry } from "../document/files/files";

/** Runs that are looked at, the newest first. */
const MOST = 5;

/** The records that runs write beside what they learned; those of two runs may be the same. */
const RECORD = /\.(?:provenance|training|splits)\.json$/u;

/** Whether a file may be what a run learned: a model, or the parameters of a block. */
function isLearned(path: string): boolean {
  return /\.(?:tflite|json)$/u.test(path) && !RECORD.test(path);
}

/** Null where no run gave a file of the project, or where its rune does not answer with a number. */
export async function numberErrorOf(
  client: Pick<ProjectClient, "trainingRuns" | "trainingRun">,
  files: readonly Pick<FileEntry, "path" | "digest">[],
): Promise<NumberError | null> {
  const digests = new Set(files.filter(({ path }) => isLearned(path)).map(({ digest }) => digest));
  const finished = (await client.trainingRuns()).filter(({ state }) => state === "finished").slice(0, MOST);
  for (const { number } of finished) {
    const run = await client.trainingRun(number);
    const figure = run.errors["validation"]?.error;
    if (figure === undefined || !(figure.value > 0)) continue;
    if (run.files.some(({ path, digest }) => isLearned(path) && digests.has(digest)))
      return { within: figure.value, unit: unitOf(run.column), origin: `training run ${number}` };
  }
  return null;
}

// The project's files as the language knows them: texts as they are here, of a model what goes in and out.
import type { KnownFile } from "../../language";
import type { ProjectClient } from "../api/client";
import { Problem } from "../api/problem";
import type { ProjectFiles } from "../document/files";
import { extension } from "../document/paths";

/** Characters of a text that the language gets; of a longer one it knows only that it is there. */
const LONGEST = 1024 * 1024;

export class KnownFiles {
  private texts = new Map<string, KnownFile & { readonly text: string }>();
  private readonly models = new Map<string, Promise<KnownFile>>();

  constructor(
    private readonly files: ProjectFiles,
    private readonly client: Pick<ProjectClient, "model">,
  ) {}

  /** The texts of the moment. A text that has not changed is the same object as before. */
  readonly current = (): ReadonlyMap<string, KnownFile> => {
    const found = new Map<string, KnownFile & { readonly text: string }>();
    for (const { id, path, kind } of this.files.list()) {
      const text = kind === "text" ? (this.files.text(id)?.toJSON() ?? "") : null;
      if (text === null || text.length > LONGEST) continue;
      const before = this.texts.get(path);
      found.set(path, before?.text === text ? before : { text });
    }
    this.texts = found;
    return found;
  };

  /** All files, once the models are known that came since the last time. */
  readonly all = async (): Promise<ReadonlyMap<string, KnownFile>> => {
    const found = new Map<string, KnownFile>();
    for (const { path, digest, size } of this.files.list()) {
      if (digest === "") continue;
      found.set(path, extension(path) === "tflite" ? await this.model(path, digest, size ?? 0) : this.other(digest, size ?? 0));
    }
    for (const [path, file] of this.current()) found.set(path, file);
    return found;
  };

  private readonly others = new Map<string, KnownFile>();

  private other(digest: string, size: number): KnownFile {
    const known = this.others.get(digest) ?? { size };
    this.others.set(digest, known);
    return known;
  }

  private model(path: string, digest: string, size: number): Promise<KnownFile> {
    const known = this.models.get(digest);
    if (known !== undefined) return known;
    const asked = this.client.model(path).then(
      ({ signature, ...description }): KnownFile => ({ size, model: { signature, description } }),
      (error: unknown): KnownFile => {
        // A refusal stays true of these bytes; a lost connection is tried again.
        if (!(error instanceof Problem) || error.status !== 422) this.models.delete(digest);
        return { size, model: { refusal: error instanceof Error ? error.message : "the model could not be read" } };
      },
    );
    this.models.set(digest, asked);
    return asked;
  }
}

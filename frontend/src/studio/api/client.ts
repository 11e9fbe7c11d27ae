// The requests of the studio to /api/v1, one method each. The API's description types them; this keeps no state.
import type {
  Authors,
  Build,
  LogLine,
  ModelPage,
  OpenTrainingRun,
  Preview,
  ProjectState,
  Sample,
  SampleImportPreview,
  Samples,
  SamplesImported,
  SampleTerms,
  Tag,
  Targets,
  TrainingRunPage,
  BuildChoices,
  Version,
  DrawnModel,
  Watch,
  Wire,
} from "../../api/schema";
import { addressOf, type Read } from "../../api/request";
import type { LanguageReply, LanguageRequest } from "../../language";
import { ProjectRequests } from "./requests";
import { upload, type Upload } from "./upload";
import type { VariantRequest } from "./watch";

const PROJECT = "/api/v1/projects/{organisation}/{name}";
const BYTES = "application/octet-stream";

/** Another label of a sample, by its number. */
export interface SampleChange {
  readonly number: number;
  readonly label: string;
}

/** The samples before a change. Sending them back unchanged undoes the change. */
export interface MarkingResult {
  readonly revision: number;
  readonly before: readonly SampleChange[];
}

/** How a large file is sent. */
export type Sending = Pick<Upload, "limit" | "onProgress" | "signal">;

export class ProjectClient extends ProjectRequests {
  state(): Promise<ProjectState> {
    return this.call("get", `${PROJECT}/state`);
  }

  preview(): Promise<Preview> {
    return this.call("get", `${PROJECT}/preview`);
  }

  /** Have the preview made anew where it is behind the text or was broken off; an edit does so by itself. */
  refreshPreview(): Promise<Preview> {
    return this.call("post", `${PROJECT}/preview`);
  }

  /** The settings of the next builds, the choices, and the figures of earlier builds. */
  targets(): Promise<Read<Targets>> {
    return this.read("get", `${PROJECT}/targets`);
  }

  chooseForBuilds(choices: BuildChoices, etag: string): Promise<Read<Targets>> {
    return this.read("put", `${PROJECT}/targets`, {
      body: choices,
      etag,
    });
  }

  model(path: string): Promise<ModelPage> {
    return this.call("get", `${PROJECT}/models/{path}`, {
      path: { path },
    });
  }

  /** The same with the model's layers and the memory that it needs. */
  async modelDrawing(path: string): Promise<DrawnModel> {
    const parameters = { path: { path }, query: { graph: true } };
    return (await this.call("get", `${PROJECT}/models/{path}`, parameters)) as DrawnModel;
  }

  saveVersion(message: string): Promise<Version> {
    return this.call("post", `${PROJECT}/versions`, {
      body: { message },
    });
  }

  /** The state of the files as they are, which restoring a version names. */
  async filesState(): Promise<string> {
    return (await this.read("get", `${PROJECT}/files`)).etag;
  }

  /** The change that restoring would make, as an update of the document that is stored only when this page sends it. */
  async restoring(version: number, paths: readonly string[] | null, etag: string): Promise<Uint8Array> {
    const path = { number: version };
    const response = await this.request("post", `${PROJECT}/versions/{number}/restore`, {
      path,
      query: { as: "update" },
      body: { paths },
      etag,
    });
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Restore a version on the server, for all. */
  async restore(version: number, paths: readonly string[] | null, etag: string): Promise<void> {
    const path = { number: version };
    await this.request("post", `${PROJECT}/versions/{number}/restore`, {
      path,
      body: { paths },
      etag,
    });
  }

  /** Who is behind the document's clients, and of one text the version that each line is from. */
  authors(path?: string): Promise<Authors> {
    return this.call("get", `${PROJECT}/authors`, {
      query: { path },
    });
  }

  /** A second file with the same contents. */
  async copy(path: string, to: string): Promise<void> {
    await this.request("post", `${PROJECT}/files/{path}/copy`, {
      path: { path },
      body: { path: to },
    });
  }

  /** Where the project, or a folder of it, is downloaded as a .zip. */
  archiveAddress(folder = ""): string {
    const query = folder === "" ? {} : { folder };
    return this.address("get", `${PROJECT}/archive`, { query });
  }

  /** Where the project is downloaded with its versions, as a .zip of a Git repository. */
  repositoryAddress(): string {
    return this.address("get", `${PROJECT}/repository`);
  }

  /** Where a .zip is sent to be unpacked into a folder. */
  unpackAddress(folder: string, replace: boolean): string {
    return this.address("post", `${PROJECT}/archive`, {
      query: { folder, replace },
    });
  }

  /** Ask for the rune of the newest text that shows what flows in these wires, or for another one. */
  watch(wires: readonly Wire[], request: VariantRequest | null): Promise<Watch> {
    return this.call("post", `${PROJECT}/preview/watch`, { body: { wires, ...request } });
  }

  readWatch(id: string): Promise<Watch> {
    return this.call("get", `${PROJECT}/preview/watch/{watch_id}`, {
      path: { watch_id: id },
    });
  }

  /** The newest samples, with the revision that changes of their labels name. */
  samples(): Promise<Samples> {
    return this.call("get", `${PROJECT}/samples`);
  }

  /** The bytes of a sample's recording. */
  async recording(sample: string): Promise<Blob> {
    const response = await this.send(
      this.address("get", "/api/v1/samples/{sample_id}/recording", { path: { sample_id: sample } }),
    );
    return response.blob();
  }

  sampleTerms(days: number, purposes?: readonly string[]): Promise<SampleTerms> {
    return this.call("get", `${PROJECT}/samples/terms`, {
      query: purposes === undefined ? { days } : { days, purposes: purposes.join(",") },
    });
  }

  /** Give the project a recording, under the terms that were read. */
  async sendSample(file: Blob, label: string, terms: SampleTerms): Promise<Sample> {
    const query = { label, days: terms.days, purposes: terms.purposes.join(","), consent: terms.text };
    const response = await this.sendBody("post", this.address("post", `${PROJECT}/samples`, { query }), file, BYTES);
    return (await response.json()) as Sample;
  }

  /** A preview of the import of a .zip of labelled recordings. Nothing is changed. */
  previewSamples(archive: File, sending: Sending): Promise<SampleImportPreview> {
    return this.upload(this.address("post", `${PROJECT}/samples/import/preview`), archive, sending);
  }

  /** Make the recordings of a .zip samples, under the terms that were read: all that can be, in one step. */
  importSamples(archive: File, terms: SampleTerms, sending: Sending): Promise<SamplesImported> {
    const query = { days: terms.days, consent: terms.text };
    return this.upload(this.address("post", `${PROJECT}/samples/import`, { query }), archive, sending);
  }

  /** Change labels of samples as they were read, at a revision of the data; the answer is what they were. */
  markSamples(changes: readonly SampleChange[], revision: number): Promise<MarkingResult> {
    return this.call("post", `${PROJECT}/data/samples/marks`, { body: { changes, revision } });
  }

  /** Sends a file with progress, which `fetch` does not tell. */
  private async upload<Answer>(address: string, file: File, sending: Sending): Promise<Answer> {
    try {
      return JSON.parse(await upload(file, { address, method: "POST", token: this.token, ...sending })) as Answer;
    } catch (error) {
      throw await this.credentials.explain(error);
    }
  }

  /** The training runs of the project, newest first. */
  async trainingRuns(): Promise<TrainingRunPage["results"]> {
    return (await this.call("get", `${PROJECT}/training`)).results;
  }

  trainingRun(number: number): Promise<OpenTrainingRun> {
    return this.call("get", `${PROJECT}/training/{number}`, { path: { number } });
  }

  /** Take the consent back: the recording is deleted everywhere. */
  async withdrawSample(sample: string): Promise<void> {
    await this.request("delete", "/api/v1/samples/{sample_id}", { path: { sample_id: sample } });
  }

  /** The state of a file, which replacing it names. */
  async fileState(path: string): Promise<string> {
    return (await this.send(this.fileAddress(path), { method: "HEAD" })).headers.get("ETag") ?? "";
  }

  /** The bytes of a file of the project. */
  async readFile(path: string): Promise<Blob> {
    return (await this.send(this.fileAddress(path))).blob();
  }

  /** Asks the server's language about the Runefile; see src/language. */
  askLanguage(request: LanguageRequest): Promise<LanguageReply> {
    return this.call("post", `${PROJECT}/language`, {
      body: request,
    });
  }

  async log(build: string): Promise<readonly LogLine[]> {
    return (await this.call("get", "/api/v1/builds/{build_id}/log", { path: { build_id: build } })).lines;
  }

  build(): Promise<Build> {
    return this.call("post", `${PROJECT}/builds`);
  }

  cancel(build: string): Promise<Build> {
    return this.call("post", "/api/v1/builds/{build_id}/cancel", { path: { build_id: build } });
  }

  /** The state of a build and its tags, which publishing it names. */
  async gateState(build: string): Promise<string> {
    return (await this.read("get", "/api/v1/builds/{build_id}/gate", { path: { build_id: build } })).etag;
  }

  publish(tag: string, build: string, etag: string): Promise<Tag> {
    return this.call("post", `${PROJECT}/tags`, {
      body: { tag, build, notes: "" },
      etag,
    });
  }

  /** Shows a hint for beginners to this person never again. */
  async dismissHint(name: string): Promise<void> {
    await this.request("delete", "/api/v1/me/hints/{hint}", { path: { hint: name } });
  }

  /** The socket on which the person's own phones ask to be paired. */
  phonesSocket({ protocol, host }: Pick<Location, "protocol" | "host">): string {
    const path = addressOf("/ws/projects/{organisation}/{name}/phones", { path: this.project });
    return `${protocol === "https:" ? "wss" : "ws"}://${host}${path}`;
  }

  /** A new, empty text file. The server seeds it: two seeds would double the text. */
  async createText(path: string, text = ""): Promise<void> {
    await this.sendBody("put", this.fileAddress(path), text, "text/plain; charset=utf-8");
  }

  /** Where a file's bytes are read and written. */
  fileAddress(path: string): string {
    return this.address("get", `${PROJECT}/files/{path}`, { path: { path } });
  }

  /** The bytes of a built rune. */
  async rune(address: string): Promise<ArrayBuffer> {
    return (await this.send(address)).arrayBuffer();
  }
}

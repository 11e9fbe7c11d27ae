// The requests of the studio to /api/v1, one method each. Knows addresses and shapes, keeps no state.
import type {
  Authors,
  Build,
  Comparison,
  LogLine,
  ModelPage,
  Preview,
  ProjectState,
  Sample,
  SampleImportPreview,
  SampleMark,
  SamplesImported,
  SamplesMarked,
  SampleSplit,
  SampleTerms,
  Tag,
  Targets,
  BuildChoices,
  Version,
  DrawnModel,
  VersionPage,
  Watch,
  Wire,
} from "../../api/schema";
import type { LanguageReply, LanguageRequest } from "../../language";
import { problemFrom } from "./problem";
import { upload, type Upload } from "./upload";
import type { VariantRequest } from "./watch";

const TOKEN = "X-CSRFToken";

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** The letters of a path that an address cannot carry are escaped; its slashes stay. */
export function escapePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** Whose session requests are made with; see session/sign-in-watch. */
export interface Credentials {
  readonly token: string;
  /** What a refusal means: the same error, or that one is signed out. */
  explain(error: unknown): Promise<unknown>;
}

/** What of a sample changes; what is left out stays. */
export interface SampleChange {
  readonly id: string;
  readonly label?: string;
  readonly split?: SampleSplit;
}

/** How a large file is sent. */
export type Sending = Pick<Upload, "limit" | "onProgress" | "signal">;

export class ProjectClient {
  /** Where the project is below the API. */
  readonly base: string;

  constructor(
    organisation: string,
    name: string,
    private readonly credentials: Credentials,
    private readonly fetch: Fetch = (input, init) => globalThis.fetch(input, init),
  ) {
    this.base = `/api/v1/projects/${encodeURIComponent(organisation)}/${encodeURIComponent(name)}`;
  }

  state(): Promise<ProjectState> {
    return this.read(`${this.base}/state`);
  }

  preview(): Promise<Preview> {
    return this.read(`${this.base}/preview`);
  }

  /** Have the preview made anew where it is behind the text or was broken off; an edit does so by itself. */
  refreshPreview(): Promise<Preview> {
    return this.write("POST", `${this.base}/preview`);
  }

  /** What the next builds are made for, what there is to choose from, and what earlier builds came to. */
  targets(): Promise<Targets> {
    return this.read(`${this.base}/targets`);
  }

  chooseForBuilds(choices: BuildChoices): Promise<Targets> {
    return this.write("PUT", `${this.base}/targets`, choices);
  }

  model(path: string): Promise<ModelPage> {
    return this.read(`${this.base}/models/${escapePath(path)}`);
  }

  /** The same with the model's layers and the memory that it needs. */
  modelDrawing(path: string): Promise<DrawnModel> {
    return this.read(`${this.base}/models/${escapePath(path)}?graph=1`);
  }

  /** The newest versions, or those before them by the address that a page of them gave. */
  versions(page?: string): Promise<VersionPage> {
    return this.read(page ?? `${this.base}/versions`);
  }

  saveVersion(message: string): Promise<Version> {
    return this.write("POST", `${this.base}/versions`, { message });
  }

  /** What differs between two sides, each a version's number or "now". */
  compare(from: string, to: string): Promise<Comparison> {
    return this.read(`${this.base}/versions/compare?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`);
  }

  /** A text as it was in a version; null for a file that is none. */
  async versionText(version: number, path: string): Promise<string | null> {
    const response = await this.send(`${this.base}/versions/${version}/files/${escapePath(path)}`, {
      credentials: "same-origin",
    });
    if (response.headers.get("Content-Type")?.startsWith("text/plain") === true) return response.text();
    await response.body?.cancel();
    return null;
  }

  versionArchiveAddress(version: number): string {
    return `${this.base}/versions/${version}/archive`;
  }

  /** What restoring would change, as an update of the document that is stored only when this page sends it. */
  async restoring(version: number, paths: readonly string[] | null): Promise<Uint8Array> {
    const response = await this.request(
      "POST",
      `${this.base}/versions/${version}/restore?as=update`,
      JSON.stringify({ paths }),
    );
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Restore a version on the server, for all. */
  async restore(version: number, paths: readonly string[] | null): Promise<void> {
    await this.request("POST", `${this.base}/versions/${version}/restore`, JSON.stringify({ paths }));
  }

  /** Who is behind the document's clients, and of one text the version that each line is from. */
  authors(path?: string): Promise<Authors> {
    return this.read(`${this.base}/authors${path === undefined ? "" : `?path=${encodeURIComponent(path)}`}`);
  }

  /** A second file with the same contents. */
  async copy(path: string, to: string): Promise<void> {
    await this.request("POST", `${this.fileAddress(path)}/copy`, JSON.stringify({ path: to }));
  }

  /** Where the project, or a folder of it, is downloaded as a .zip. */
  archiveAddress(folder = ""): string {
    return `${this.base}/archive${folder === "" ? "" : `?folder=${encodeURIComponent(folder)}`}`;
  }

  /** Where the project is downloaded with its versions, as a .zip of a Git repository. */
  repositoryAddress(): string {
    return `${this.base}/repository`;
  }

  /** Where a .zip is sent to be unpacked into a folder. */
  unpackAddress(folder: string, replace: boolean): string {
    return `${this.base}/archive?folder=${encodeURIComponent(folder)}&replace=${replace}`;
  }

  /** Ask for the rune of the newest text that shows what flows in these wires, or for another one. */
  watch(wires: readonly Wire[], request: VariantRequest | null): Promise<Watch> {
    return this.write("POST", `${this.base}/preview/watch`, { wires, ...request });
  }

  watched(id: string): Promise<Watch> {
    return this.read(`${this.base}/preview/watch/${id}`);
  }

  async samples(): Promise<readonly Sample[]> {
    return (await this.read<{ samples: readonly Sample[] }>(`${this.base}/samples`)).samples;
  }

  /** What was recorded. */
  async recording(sample: string): Promise<Blob> {
    const response = await this.send(`/api/v1/samples/${sample}/recording`, {});
    return response.blob();
  }

  sampleTerms(days: number): Promise<SampleTerms> {
    return this.read(`${this.base}/samples/terms?days=${days}`);
  }

  /** Give the project a recording, under the terms that were read. */
  async sendSample(file: Blob, label: string, terms: SampleTerms): Promise<Sample> {
    const query = new URLSearchParams({ label, days: String(terms.days), consent: terms.text });
    const response = await this.sendBytes(`${this.base}/samples?${query}`, file);
    return (await response.json()) as Sample;
  }

  /** What a .zip of labelled recordings would bring. Nothing is changed. */
  previewSamples(archive: File, sending: Sending): Promise<SampleImportPreview> {
    return this.upload(`${this.base}/samples/import/preview`, archive, sending);
  }

  /** Make the recordings of a .zip samples, under the terms that were read: all that can be, in one step. */
  importSamples(archive: File, terms: SampleTerms, sending: Sending): Promise<SamplesImported> {
    const query = new URLSearchParams({ days: String(terms.days), consent: terms.text });
    return this.upload(`${this.base}/samples/import?${query}`, archive, sending);
  }

  /** Change labels and splits; the answer is what they were, and sent again it takes the change back. */
  async markSamples(changes: readonly SampleChange[]): Promise<readonly SampleMark[]> {
    return (await this.write<SamplesMarked>("POST", `${this.base}/samples/marks`, { changes })).before;
  }

  /** Sends a file with progress, which `fetch` does not tell. */
  private async upload<Answer>(address: string, file: File, sending: Sending): Promise<Answer> {
    try {
      return JSON.parse(await upload(file, { address, method: "POST", token: this.token, ...sending })) as Answer;
    } catch (error) {
      throw await this.credentials.explain(error);
    }
  }

  private sendBytes(address: string, body: Blob): Promise<Response> {
    return this.send(address, {
      method: "POST",
      body,
      credentials: "same-origin",
      headers: { Accept: "application/json", "Content-Type": "application/octet-stream", [TOKEN]: this.token },
    });
  }

  /** Take the consent back: the recording is deleted everywhere. */
  async withdrawSample(sample: string): Promise<void> {
    await this.request("DELETE", `/api/v1/samples/${sample}`);
  }

  /** The bytes of a file of the project. */
  async readFile(path: string): Promise<Blob> {
    return (await this.send(this.fileAddress(path), { credentials: "same-origin" })).blob();
  }

  /** What the server knows of the Runefile; see src/language. */
  askLanguage(request: LanguageRequest): Promise<LanguageReply> {
    return this.write("POST", `${this.base}/language`, request);
  }

  async log(build: string): Promise<readonly LogLine[]> {
    const answer = await this.read<{ lines: readonly LogLine[] }>(`/api/v1/builds/${build}/log`);
    return answer.lines;
  }

  build(): Promise<Build> {
    return this.write("POST", `${this.base}/builds`);
  }

  cancel(build: string): Promise<Build> {
    return this.write("POST", `/api/v1/builds/${build}/cancel`);
  }

  publish(tag: string, build: string): Promise<Tag> {
    return this.write("POST", `${this.base}/tags`, { tag, build });
  }

  /** Shows a hint for beginners to this person never again. */
  async dismissHint(name: string): Promise<void> {
    await this.request("DELETE", `/api/v1/me/hints/${name}`);
  }

  /** The socket on which the person's own phones ask to be paired. */
  phonesSocket({ protocol, host }: Pick<Location, "protocol" | "host">): string {
    return `${protocol === "https:" ? "wss" : "ws"}://${host}${this.base.replace("/api/v1/", "/ws/")}/phones`;
  }

  /** A new, empty text file. The server seeds it: two seeds would double the text. */
  async createText(path: string, text = ""): Promise<void> {
    await this.request("PUT", this.fileAddress(path), text, "text/plain; charset=utf-8");
  }

  /** Where a file's bytes are read and written. */
  fileAddress(path: string): string {
    return `${this.base}/files/${escapePath(path)}`;
  }

  /** The header that a request of this session must carry to write. */
  get token(): string {
    return this.credentials.token;
  }

  /** The bytes of a built rune. */
  async rune(address: string): Promise<ArrayBuffer> {
    const response = await this.send(address, { credentials: "same-origin" });
    return response.arrayBuffer();
  }

  async read<Answer>(address: string): Promise<Answer> {
    const response = await this.send(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return (await response.json()) as Answer;
  }

  async write<Answer>(method: string, address: string, body: object = {}): Promise<Answer> {
    const response = await this.request(method, address, JSON.stringify(body), "application/json");
    return (await response.json()) as Answer;
  }

  private request(method: string, address: string, body = "{}", type = "application/json"): Promise<Response> {
    return this.send(address, {
      method,
      body,
      credentials: "same-origin",
      headers: { Accept: "application/json", "Content-Type": type, [TOKEN]: this.token },
    });
  }

  private async send(address: string, init: RequestInit): Promise<Response> {
    const { token } = this;
    try {
      return await this.sendOnce(address, init);
    } catch (error) {
      const explained = await this.credentials.explain(error);
      // The same person signed in again in another window, and this page had the token of the session before.
      const headers = new Headers(init.headers);
      if (explained !== error || this.token === token || !headers.has(TOKEN)) throw explained;
      headers.set(TOKEN, this.token);
      return this.sendOnce(address, { ...init, headers });
    }
  }

  private async sendOnce(address: string, init: RequestInit): Promise<Response> {
    const response = await this.fetch(address, init).catch(() => {
      throw problemFrom(0, "");
    });
    if (!response.ok) throw problemFrom(response.status, await response.text());
    return response;
  }
}

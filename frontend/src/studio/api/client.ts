// The requests of the studio to /api/v1, one method each. Knows addresses and shapes, keeps no state.
import type { LanguageReply, LanguageRequest } from "../../language";
import { problemFrom } from "./problem";
import type { Sample, SampleTerms } from "./samples";
import type { Build, LogLine, ModelPage, Preview, ProjectState, Tag } from "./types";
import type { WatchAnswer, Wire } from "./watch";

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** The letters of a path that an address cannot carry are escaped; its slashes stay. */
export function escapePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

export class ProjectClient {
  private readonly base: string;

  constructor(
    organisation: string,
    name: string,
    private readonly csrf: string,
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

  model(path: string): Promise<ModelPage> {
    return this.read(`${this.base}/models/${escapePath(path)}`);
  }

  /** Ask for the rune of the newest text that shows what flows in these wires. */
  watch(wires: readonly Wire[]): Promise<WatchAnswer> {
    return this.write("POST", `${this.base}/preview/watch`, { wires });
  }

  watched(id: string): Promise<WatchAnswer> {
    return this.read(`${this.base}/preview/watch/${id}`);
  }

  async samples(): Promise<readonly Sample[]> {
    return (await this.read<{ samples: readonly Sample[] }>(`${this.base}/samples`)).samples;
  }

  sampleTerms(days: number): Promise<SampleTerms> {
    return this.read(`${this.base}/samples/terms?days=${days}`);
  }

  /** Give the project a recording, under the terms that were read. */
  async sendSample(file: Blob, label: string, terms: SampleTerms): Promise<Sample> {
    const query = new URLSearchParams({ label, days: String(terms.days), consent: terms.text });
    const response = await this.send(`${this.base}/samples?${query}`, {
      method: "POST",
      body: file,
      credentials: "same-origin",
      headers: { Accept: "application/json", "Content-Type": "application/octet-stream", "X-CSRFToken": this.csrf },
    });
    return (await response.json()) as Sample;
  }

  /** Take the consent back: the recording is deleted everywhere. */
  async takeBack(sample: string): Promise<void> {
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

  /** A new, empty text file. The server seeds it: two seeds would double the text. */
  async createText(path: string): Promise<void> {
    await this.request("PUT", this.fileAddress(path), "", "text/plain; charset=utf-8");
  }

  /** Where a file's bytes are read and written. */
  fileAddress(path: string): string {
    return `${this.base}/files/${escapePath(path)}`;
  }

  /** The header that a request of this session must carry to write. */
  get token(): string {
    return this.csrf;
  }

  /** The bytes of a built rune. */
  async rune(address: string): Promise<ArrayBuffer> {
    const response = await this.send(address, { credentials: "same-origin" });
    return response.arrayBuffer();
  }

  private async read<Answer>(address: string): Promise<Answer> {
    const response = await this.send(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return (await response.json()) as Answer;
  }

  private async write<Answer>(method: string, address: string, body: object = {}): Promise<Answer> {
    const response = await this.request(method, address, JSON.stringify(body), "application/json");
    return (await response.json()) as Answer;
  }

  private request(method: string, address: string, body = "{}", type = "application/json"): Promise<Response> {
    return this.send(address, {
      method,
      body,
      credentials: "same-origin",
      headers: { Accept: "application/json", "Content-Type": type, "X-CSRFToken": this.csrf },
    });
  }

  private async send(address: string, init: RequestInit): Promise<Response> {
    const response = await this.fetch(address, init).catch(() => {
      throw problemFrom(0, "");
    });
    if (!response.ok) throw problemFrom(response.status, await response.text());
    return response;
  }
}

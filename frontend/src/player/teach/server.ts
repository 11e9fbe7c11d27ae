// The requests of Teach to the server: one asks for the rune, and one saves the last layer. None has a recording.
import { address } from "../../api/request";
import type { TrainingRun, Watch } from "../../api/schema";
import { WatchServer } from "../watch-server";
import type { LastLayer } from "./learn";

export interface TeachSettings {
  /** Names what the rune sees. */
  readonly digest: string;
  readonly features: number;
  /** The labels that the rune knows now. */
  readonly labels: readonly string[];
  /** Examples of a label that are needed before it can be saved. */
  readonly examples: number;
  readonly mostExamples: number;
  readonly mostLabels: number;
  readonly longestLabel: number;
}

export interface SavedLabel {
  readonly name: string;
  readonly examples: number;
  readonly recognised: number;
}

export class TeachServer {
  readonly #path: { readonly organisation: string; readonly name: string };
  readonly #server: WatchServer;

  constructor(project: string, events: string, token: string) {
    const [organisation = "", name = ""] = project.split("/");
    this.#path = { organisation, name };
    this.#server = new WatchServer(events, token);
  }

  /** The address of the rune, once it is built. Rejects with an Error whose message is for a person. */
  async rune(): Promise<string> {
    const watch = "/api/v1/projects/{organisation}/{name}/preview/watch";
    const newWatch = await this.#server.send<Watch>(address("post", watch, { path: this.#path }), { teach: true });
    return (await this.#server.built(newWatch, this.#path)).rune_url;
  }

  /** The address of the run in which it is saved. Rejects with an Error whose message is for a person. */
  async save(digest: string, labels: readonly SavedLabel[], { columns, rows }: LastLayer): Promise<string> {
    const body = {
      digest,
      labels,
      weights: rows.map((row) => [...row.subarray(0, columns)]),
      biases: rows.map((row) => row[columns] ?? 0),
    };
    const place = "/api/v1/projects/{organisation}/{name}/training/teach";
    const run = await this.#server.send<TrainingRun>(address("post", place, { path: this.#path }), body);
    return `/${this.#path.organisation}/${this.#path.name}/training/${run.number}`;
  }
}

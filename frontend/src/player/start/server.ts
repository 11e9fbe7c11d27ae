// The requests of the page of examples to the server. Knows addresses; keeps nothing.
import { addressOf } from "../../api/request";
import type { components } from "../../api/schema";

type Schemas = components["schemas"];
export type Sample = Schemas["DataSample"];
export type Summary = Schemas["DataSummary"];

export type Run = Schemas["TrainingRun"];
export type OpenRun = Schemas["OpenTrainingRun"];

/** A size of a model, with what it needs on the chosen board; null while that is being counted. */
export interface ModelSize {
  readonly name: string;
  readonly title: string;
  readonly advice: string;
  readonly arguments: Readonly<Record<string, number>>;
  readonly ram: number | null;
  readonly flash: number | null;
  readonly milliseconds: readonly [number, number] | null;
  readonly refusal: string;
}

export interface CountedSizes {
  readonly isCounting: boolean;
  readonly sizes: readonly ModelSize[];
}

export interface PhoneCode {
  readonly link: string;
  readonly url: string;
  /** An address of the square code. */
  readonly picture: string;
  readonly minutes: number;
}

/** The state of a code: `digits` and `browser` are "" before a phone scanned it. */
export interface PhoneState {
  readonly digits: string;
  readonly browser: string;
  readonly sent: number;
  readonly isOver: boolean;
}

export interface StartTerms {
  readonly purposes: readonly string[];
  readonly days: number;
  readonly text: string;
  readonly line: string;
}

export interface StartSettings {
  readonly project: string;
  readonly title: string;
  readonly kind: "sound" | "picture" | "motion" | "table";
  readonly recipe: string;
  readonly question: string;
  readonly example: string;
  /** Recordings of each label from which on a model can be trained. */
  readonly needed: number;
  readonly background: string;
  readonly longestLabel: number;
  readonly boards: readonly { readonly key: string; readonly name: string }[];
  readonly board: string;
  /** How many example recordings the page offers, and where they come from. */
  readonly examples: { readonly count: number; readonly origin: string };
  readonly asksForReview: boolean;
  readonly terms: StartTerms;
}

const PAGE = 200;
/** Samples that the page shows; more are counted by the summary. */
const MOST_SAMPLES = 1000;

/** `detail` is for a person. */
export class StartProblem extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export class StartServer {
  readonly #root: string;
  readonly #page: string;
  readonly #token: string;

  constructor({ project }: Pick<StartSettings, "project">, token: string) {
    const [organisation = "", name = ""] = project.split("/");
    this.#root = addressOf("/api/v1/projects/{organisation}/{name}", { path: { organisation, name } });
    this.#page = addressOf("/{organisation}/{name}", { path: { organisation, name } });
    this.#token = token;
  }

  async summary(): Promise<Summary> {
    return this.#get("/data");
  }

  /** The newest first. */
  async samples(): Promise<readonly Sample[]> {
    const samples: Sample[] = [];
    let address: string | null = `${this.#root}/data/samples?limit=${PAGE}`;
    while (address !== null && samples.length < MOST_SAMPLES) {
      const page: { readonly results: Sample[]; readonly next: string | null } = await this.#fetch(address);
      samples.push(...page.results);
      address = page.next;
    }
    return samples;
  }

  /** Agrees to the terms that the page shows; returns the id of the consent. */
  async agree({ purposes, days, text }: StartTerms): Promise<string> {
    const consent: Schemas["DataConsent"] = await this.#send("POST", "/data/consents", { purposes, days, text });
    return consent.id;
  }

  async add(file: Blob, label: string, consent: string, device: string): Promise<Sample> {
    const query = new URLSearchParams({ consent, label, device });
    return this.#fetch(`${this.#root}/data/samples?${query}`, {
      method: "POST",
      headers: { "Content-Type": file.type, ...this.#headers },
      body: file,
    });
  }

  /** Also when the page is being left. */
  async remove(number: number): Promise<void> {
    await this.#fetch(`${this.#root}/data/samples/${number}`, {
      method: "DELETE",
      headers: this.#headers,
      keepalive: true,
    });
  }

  async rename(numbers: readonly number[], label: string): Promise<void> {
    const { revision } = await this.summary();
    await this.#send("POST", "/data/samples/marks", {
      revision,
      changes: numbers.map((number) => ({ number, label })),
    });
  }

  recordingUrl(number: number): string {
    return `${this.#root}/data/samples/${number}/recording`;
  }

  async recording(number: number): Promise<Blob> {
    const response = await reach(fetch(this.recordingUrl(number), { credentials: "same-origin" }));
    if (!response.ok) throw new StartProblem("The recording could not be read. Try again.", response.status);
    return response.blob();
  }

  /** Adds example recordings under the terms that the page shows. */
  async addExamples(kind: string, text: string): Promise<void> {
    await this.#form("examples", { kind, text });
  }

  async removeExamples(): Promise<void> {
    await this.#form("examples/remove", {});
  }

  async #form(path: string, fields: Readonly<Record<string, string>>): Promise<void> {
    await this.#fetch(`${this.#page}/start/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", ...this.#headers },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** A code by which one phone records for these labels, `label` at first. */
  async phone(label: string, labels: readonly string[], kind: string): Promise<PhoneCode> {
    return this.#fetch(`${this.#page}/start/phone`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", ...this.#headers },
      body: new URLSearchParams([
        ["label", label],
        ["kind", kind],
        ...labels.map((each) => ["labels", each]),
      ]).toString(),
    });
  }

  async phoneState(link: string): Promise<PhoneState> {
    return this.#fetch(`${this.#page}/start/phone/${link}`);
  }

  async endPhone(link: string): Promise<void> {
    await this.#fetch(`${this.#page}/start/phone/${link}/end`, { method: "POST", headers: this.#headers });
  }

  /** The sizes of a recipe's models, counted for a board. */
  async sizes(recipe: string, board: string, labels: number): Promise<CountedSizes> {
    const query = new URLSearchParams({ recipe, board, labels: String(labels) });
    const answer = await this.#get<{ is_counting: boolean; sizes: ModelSize[] }>(`/training/sizes?${query}`);
    return { isCounting: answer.is_counting, sizes: answer.sizes };
  }

  /** Saves the data as a version, and begins a run on it. */
  async train(recipe: string, values: Readonly<Record<string, number>>, board: string): Promise<Run> {
    const { revision } = await this.summary();
    const version: Schemas["DataVersion"] = await this.#send("POST", "/data/versions", { revision, message: "" });
    return this.#send("POST", "/training", {
      recipe,
      arguments: values,
      version: version.number,
      boards: [board],
    });
  }

  async newestRun(): Promise<Run | null> {
    const { results } = await this.#get<{ results: Run[] }>("/training?limit=1");
    return results.find(({ recipe }) => recipe !== "teach") ?? null;
  }

  async run(number: number): Promise<OpenRun> {
    return this.#get(`/training/${number}`);
  }

  async act(number: number, verb: "cancel" | "stop" | "resume"): Promise<void> {
    await this.#send("POST", `/training/${number}/${verb}`, {});
  }

  async apply(
    number: number,
    threshold: { readonly label: string; readonly value: number } | null,
  ): Promise<Schemas["AppliedModel"]> {
    return this.#send("POST", `/training/${number}/apply`, { threshold });
  }

  get #headers(): Record<string, string> {
    return { "X-CSRFToken": this.#token, Accept: "application/json" };
  }

  async #get<T>(path: string): Promise<T> {
    return this.#fetch(`${this.#root}${path}`);
  }

  async #send<T>(method: string, path: string, body: object): Promise<T> {
    return this.#fetch(`${this.#root}${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...this.#headers },
      body: JSON.stringify(body),
    });
  }

  async #fetch<T>(address: string, init: RequestInit = {}): Promise<T> {
    const headers = { Accept: "application/json", ...(init.headers as Record<string, string> | undefined) };
    const response = await reach(fetch(address, { credentials: "same-origin", ...init, headers }));
    if (response.status === 204) return undefined as T;
    if (response.ok) return (await response.json()) as T;
    const body: unknown = await response.json().catch(() => null);
    const detail = typeof body === "object" && body !== null && "detail" in body ? body.detail : null;
    const text = typeof detail === "string" ? detail : `The server could not answer (${response.status}). Try again.`;
    throw new StartProblem(
      response.status === 401 ? "You are signed out. Sign in in another tab, then try again." : text,
      response.status,
    );
  }
}

async function reach(response: Promise<Response>): Promise<Response> {
  try {
    return await response;
  } catch {
    throw new StartProblem("The server cannot be reached. Check the connection and try again.", 0);
  }
}

export function problemText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

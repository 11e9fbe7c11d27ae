// A model that was given in place of a rune: recognised, and made a project of. Nothing is sent before that is asked for.

import { address, type ResponseJson } from "../api/request";

/** Other kinds of model, which become a part of a project and not its beginning. */
const OTHER_MODELS = new Set(["onnx", "h5", "keras", "pb", "pt", "pth", "safetensors"]);
/** Where a TensorFlow Lite file says what it is: its bytes 4 to 8. */
const MARK = "TFL3";

/** Where the person may make a project; null for nobody. */
export interface ProjectDestinations {
  readonly organisations: readonly string[];
  /** Where they made one last, or "". */
  readonly usual: string;
  readonly csrf: string;
}

export type Kind = "tflite" | "other-model" | "no-model";

/** The kind of a file, by its contents and then by its name. */
export async function kindOf(file: File): Promise<Kind> {
  const bytes = new Uint8Array(await file.slice(4, 8).arrayBuffer());
  const end = file.name.slice(file.name.lastIndexOf(".") + 1).toLowerCase();
  if (String.fromCharCode(...bytes) === MARK || end === "tflite") return "tflite";
  return OTHER_MODELS.has(end) ? "other-model" : "no-model";
}

/** The places of the person who is signed in now; null where nobody is. Rejects when the server cannot be reached. */
export async function fetchPlaces(): Promise<ProjectDestinations | null> {
  const response = await fetch("/new/places", { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!response.ok)
    throw new Error(`The server could not list the organisations for a new project (${response.status}). Try again.`);
  return ((await response.json()) as { readonly places: ProjectDestinations | null }).places;
}

/** Makes a project of a model; answers its studio's address. Rejects with an Error whose message is for a person. */
export async function makeProject(file: File, organisation: string, csrf: string): Promise<string> {
  const query = { organisation, file: file.name };
  const response = await fetch(address("post", "/api/v1/projects/from-model", { query }), {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/octet-stream", "X-CSRFToken": csrf, Accept: "application/json" },
    body: file,
  }).catch(() => {
    throw new Error("The server did not answer. Check the connection and try again.");
  });
  const answer = (await response.json().catch(() => ({}))) as Partial<
    ResponseJson<"post", "/api/v1/projects/from-model">
  > & {
    readonly detail?: string;
  };
  if (!response.ok || answer.url === undefined)
    throw new Error(answer.detail ?? `The project could not be made (${response.status}). Try again.`);
  return `${answer.url}/studio`;
}

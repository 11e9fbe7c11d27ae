// "My own model": a .tflite that is dropped on the card, or chosen, becomes a project, and the studio opens. A model of another
// format becomes an empty project in which it is converted, and the page of the conversion opens. Who may make projects in several
// organisations is asked each time in which, before anything is sent.
import { isModelSource } from "../api/model-sources";
import { address } from "../api/request";
import { SOURCE_SUFFIXES } from "../declared/model-suffixes";

const PART = "[data-drop-model]";

export function modelDrops(): void {
  for (const card of document.querySelectorAll<HTMLElement>(PART)) watch(card);
}

function watch(card: HTMLElement): void {
  const input = card.querySelector<HTMLInputElement>("input[type=file]");
  const says = card.querySelector<HTMLElement>("[data-drop-says]");
  if (!input || !says) return;
  input.accept = [".tflite", ...SOURCE_SUFFIXES].join(",");
  input.closest("label")?.removeAttribute("hidden");
  const where = card.querySelector<HTMLElement>("[data-drop-where]");
  let waiting: File | undefined;
  const take = (file: File | undefined): void => {
    const only = card.closest("form")?.elements.namedItem("organisation");
    if (!file) return;
    if (where === null) {
      if (only instanceof HTMLInputElement) void send(file, only.value, says);
      return;
    }
    waiting = file;
    says.textContent = "";
    const name = where.querySelector("[data-drop-name]");
    if (name !== null) name.textContent = file.name;
    where.hidden = false;
    where.querySelector("select")?.focus();
  };
  where?.querySelector("button")?.addEventListener("click", () => {
    const place = where.querySelector("select");
    if (waiting === undefined || place === null) return;
    if (place.value === "") {
      says.textContent = `Choose the organisation that ${waiting.name} goes to.`;
      place.focus();
    } else void send(waiting, place.value, says);
  });
  input.addEventListener("change", () => {
    take(input.files?.[0]);
  });
  card.addEventListener("dragover", (event) => {
    event.preventDefault();
    card.classList.add("over");
  });
  card.addEventListener("dragleave", () => {
    card.classList.remove("over");
  });
  card.addEventListener("drop", (event) => {
    event.preventDefault();
    card.classList.remove("over");
    take(event.dataTransfer?.files[0]);
  });
}

async function send(file: File, organisation: string, says: HTMLElement): Promise<void> {
  says.textContent = `Reading ${file.name} …`;
  try {
    const outcome = await (isModelSource(file.name) ? converted(file, organisation) : ownProject(file, organisation));
    if ("page" in outcome) location.assign(outcome.page);
    else says.textContent = outcome.refusal;
  } catch {
    says.textContent = "The server did not answer. Check the connection and try again.";
  }
}

type Outcome = { readonly page: string } | { readonly refusal: string };

/** A project of a .tflite file. */
async function ownProject(file: File, organisation: string): Promise<Outcome> {
  const query = { organisation, file: file.name };
  const response = await post(address("post", "/api/v1/projects/from-model", { query }), file);
  const answer: unknown = await response.json();
  return response.ok ? { page: `${text(answer, "url")}/studio` } : { refusal: text(answer, "detail") };
}

/** An empty project in which a model of another format is converted. */
async function converted(file: File, organisation: string): Promise<Outcome> {
  const created = await post(address("post", "/api/v1/projects"), JSON.stringify({ organisation, file: file.name }));
  const project: unknown = await created.json();
  if (!created.ok) return { refusal: text(project, "detail") };
  const path = { organisation, name: text(project, "name") };
  const conversions = "/api/v1/projects/{organisation}/{name}/conversions";
  const begun = await post(address("post", conversions, { path, query: { file: file.name } }), file);
  const answer: unknown = await begun.json();
  if (!begun.ok) return { refusal: text(answer, "detail") };
  return { page: `${text(project, "url")}/models/${text(answer, "id")}` };
}

function post(to: string, body: File | string): Promise<Response> {
  const type = typeof body === "string" ? "application/json" : "application/octet-stream";
  const headers = { "Content-Type": type, "X-CSRFToken": csrfToken(), Accept: "application/json" };
  return fetch(to, { method: "POST", headers, body });
}

/** Any form of the page carries it. */
function csrfToken(): string {
  return document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

function text(answer: unknown, key: string): string {
  const value: unknown = typeof answer === "object" && answer !== null ? Reflect.get(answer, key) : undefined;
  return typeof value === "string" ? value : "";
}

// "Bring a model or a rune": a .tflite that is dropped, or chosen, becomes a project, and the studio opens. A model of another
// format becomes an empty project in which it is converted, and the page of the conversion opens. A .zip becomes a project
// with its history, and a .rune runs on the page that tries runes, without being sent. Who may make projects in several
// organisations is asked each time in which, before anything is sent.
import { handFile } from "../api/handed-file";
import { isModelSource } from "../api/model-sources";
import { address } from "../api/request";
import { SOURCE_SUFFIXES } from "../declared/model-suffixes";

const PART = "[data-drop-model]";
const RUNE = ".rune";
const ARCHIVE = ".zip";
const TRY_PAGE = "/try#handed";

export function modelDrops(): void {
  for (const card of document.querySelectorAll<HTMLElement>(PART)) watch(card);
  for (const form of document.querySelectorAll<HTMLFormElement>("[data-begin-model]")) watchEmptyProject(form);
}

/** The door of an empty project: a .tflite is sent by its form, another format is converted, and a rune runs in this browser. */
function watchEmptyProject(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("label input[type=file]");
  const says = form.querySelector<HTMLElement>("[data-drop-says]");
  const { beginModel = "" } = form.dataset;
  if (!input || !says) return;
  input.accept = [".tflite", ...SOURCE_SUFFIXES, RUNE].join(",");
  for (const part of form.querySelectorAll<HTMLElement>("[data-script-only]")) part.hidden = false;
  const take = (file: File | undefined): void => {
    if (!file) return;
    if (hasSuffix(file, RUNE)) void runHere(file, says);
    else if (isModelSource(file.name)) void show(convertIn(`/${beginModel}`, file), file, says);
    else {
      const files = new DataTransfer();
      files.items.add(file);
      input.files = files.files;
      says.textContent = `Reading ${file.name} …`;
      form.requestSubmit();
    }
  };
  input.addEventListener("change", () => take(input.files?.[0]));
  watchDrops(form, take);
}

function watchDrops(card: HTMLElement, take: (file: File | undefined) => void): void {
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

function watch(card: HTMLElement): void {
  const input = card.querySelector<HTMLInputElement>("input[type=file]");
  const says = card.querySelector<HTMLElement>("[data-drop-says]");
  if (!input || !says) return;
  input.accept = [".tflite", ...SOURCE_SUFFIXES, RUNE, ARCHIVE].join(",");
  input.closest("label")?.removeAttribute("hidden");
  const where = card.querySelector<HTMLElement>("[data-drop-where]");
  let waiting: File | undefined;
  let isSending = false;
  // Who comes back to the page by the browser's history may send another.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) isSending = false;
  });
  // A second drop or press during the upload would make a second project.
  const sendOnce = async (file: File, organisation: string): Promise<void> => {
    if (isSending) return;
    isSending = true;
    isSending = await send(file, organisation, says);
  };
  const take = (file: File | undefined): void => {
    const only = card.closest("form")?.elements.namedItem("organisation");
    if (!file || isSending) return;
    if (hasSuffix(file, RUNE)) {
      void runHere(file, says);
      return;
    }
    if (where === null) {
      if (only instanceof HTMLInputElement) void sendOnce(file, only.value);
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
    } else void sendOnce(waiting, place.value);
  });
  input.addEventListener("change", () => {
    take(input.files?.[0]);
    // After a refusal the same file can be chosen again.
    input.value = "";
  });
  watchDrops(card, take);
}

/** Whether the file was taken, and another page opens. */
function send(file: File, organisation: string, says: HTMLElement): Promise<boolean> {
  const create = isModelSource(file.name) ? conversionProject : hasSuffix(file, ARCHIVE) ? archiveProject : ownProject;
  return show(create(file, organisation), file, says);
}

/** Opens the page of an outcome, or says why there is none. */
async function show(outcomeOfFile: Promise<Outcome>, file: File, says: HTMLElement): Promise<boolean> {
  says.textContent = `Reading ${file.name} …`;
  try {
    const outcome = await outcomeOfFile;
    if ("page" in outcome) {
      location.assign(outcome.page);
      return true;
    }
    says.textContent = outcome.refusal;
  } catch {
    says.textContent = "The server did not answer. Check the connection and try again.";
  }
  return false;
}

const hasSuffix = (file: File, suffix: string): boolean => file.name.toLowerCase().endsWith(suffix);

/** Opens the page that tries runes with this file. */
async function runHere(file: File, says: HTMLElement): Promise<void> {
  try {
    await handFile(file);
    location.assign(TRY_PAGE);
  } catch {
    says.textContent = `This browser cannot keep ${file.name} for the next page. Open "Try a rune" and drop it there.`;
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

/** A project of a .zip, with its versions where it has them. */
async function archiveProject(file: File, organisation: string): Promise<Outcome> {
  const query = { organisation, file: file.name };
  const response = await post(address("post", "/api/v1/projects/from-archive", { query }), file, "application/zip");
  const answer: unknown = await response.json();
  if (!response.ok) return { refusal: text(answer, "detail") };
  const project: unknown = typeof answer === "object" && answer !== null ? Reflect.get(answer, "project") : undefined;
  return { page: `${text(project, "url")}/studio` };
}

/** An empty project in which a model of another format is converted. */
async function conversionProject(file: File, organisation: string): Promise<Outcome> {
  const projectResponse = await post(
    address("post", "/api/v1/projects"),
    JSON.stringify({ organisation, file: file.name }),
  );
  const project: unknown = await projectResponse.json();
  if (!projectResponse.ok) return { refusal: text(project, "detail") };
  return convertIn(text(project, "url"), file);
}

/** A conversion in a project, by the address of its page. */
async function convertIn(project: string, file: File): Promise<Outcome> {
  const [organisation = "", name = ""] = new URL(project, location.origin).pathname.split("/").slice(1);
  const conversions = "/api/v1/projects/{organisation}/{name}/conversions";
  const path = { organisation, name };
  const response = await post(address("post", conversions, { path, query: { file: file.name } }), file);
  const answer: unknown = await response.json();
  if (!response.ok) return { refusal: text(answer, "detail") };
  return { page: `${project}/models/${text(answer, "id")}` };
}

function post(to: string, body: File | string, fileType = "application/octet-stream"): Promise<Response> {
  const type = typeof body === "string" ? "application/json" : fileType;
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

// "My own model": a .tflite that is dropped on the card, or chosen, becomes a project, and the studio opens. Who may make projects
// in several organisations is asked each time in which, before anything is sent.
import { address } from "../api/request";

const PART = "[data-drop-model]";

export function modelDrops(): void {
  for (const card of document.querySelectorAll<HTMLElement>(PART)) watch(card);
}

function watch(card: HTMLElement): void {
  const input = card.querySelector<HTMLInputElement>("input[type=file]");
  const says = card.querySelector<HTMLElement>("[data-drop-says]");
  if (!input || !says) return;
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
  const query = { organisation, file: file.name };
  try {
    const response = await fetch(address("post", "/api/v1/projects/from-model", { query }), {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream", "X-CSRFToken": csrfToken(), Accept: "application/json" },
      body: file,
    });
    const answer: unknown = await response.json();
    if (response.ok) location.assign(`${text(answer, "url")}/studio`);
    else says.textContent = text(answer, "detail");
  } catch {
    says.textContent = "The server did not answer. Check the connection and try again.";
  }
}

/** Any form of the page carries it. */
function csrfToken(): string {
  return document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

function text(answer: unknown, key: string): string {
  const value: unknown = typeof answer === "object" && answer !== null ? Reflect.get(answer, key) : undefined;
  return typeof value === "string" ? value : "";
}

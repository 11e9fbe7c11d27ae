// The list of projects answers while one types and chooses, and a star is set without leaving the page. Without this the
// list is a form with a button, and each star a form's button as well.
import { address, type Body } from "../../api/request";
import { pipelinePictures } from "../pipelines";
import { oneAtATime } from "../talk/read";

const FAVOURITE = "/api/v1/projects/{organisation}/{name}/favourite";
const LIST = "[data-project-list]";
/** Milliseconds without a key after which what was typed is looked for. */
const PAUSE = 180;

export function projectLists(): void {
  if (document.querySelector(LIST) === null) return;
  // With this every choice is taken at once.
  for (const button of document.querySelectorAll<HTMLElement>("[data-apply]")) button.hidden = true;
  const refresh = oneAtATime(readAnew);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const look = (form: HTMLFormElement, wait: number): void => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      history.replaceState(null, "", addressOf(form));
      void refresh();
    }, wait);
  };
  document.addEventListener("input", ({ target }) => {
    const form = filterOf(target);
    if (form !== null) look(form, target instanceof HTMLSelectElement ? 0 : PAUSE);
  });
  document.addEventListener("submit", (event) => {
    const form = filterOf(event.target);
    if (form === null) return;
    event.preventDefault();
    look(form, 0);
  });
  document.addEventListener("click", (event) => {
    const star = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("[data-favourite]") : null;
    if (star === null) return;
    event.preventDefault();
    void mark(star);
  });
}

function filterOf(target: EventTarget | null): HTMLFormElement | null {
  return target instanceof Element ? target.closest<HTMLFormElement>("[data-project-filter]") : null;
}

/** The page's address with what the form asks for; what is empty is left out. */
function addressOf(form: HTMLFormElement): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (typeof value === "string" && value !== "") parameters.set(name, value);
  const query = parameters.toString();
  return query === "" ? location.pathname : `${location.pathname}?${query}`;
}

/** Puts the list of the page's present address in place of the one that is shown; the field that is typed in stays. */
async function readAnew(): Promise<void> {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response === null || !response.ok) return;
  const read = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll<HTMLElement>(`${LIST} [data-part]`)) {
    const fresh = read.querySelector<HTMLElement>(`${LIST} [data-part="${part.dataset["part"] ?? ""}"]`);
    if (fresh === null) continue;
    part.replaceWith(fresh);
    pipelinePictures(fresh);
  }
  const status = document.querySelector(`${LIST} [data-status]`);
  const count = document.querySelector(`${LIST} [data-part=count]`);
  if (status !== null && count !== null) status.textContent = `${count.textContent} projects`;
}

/** Says at once what the server is asked to keep, and takes it back where it refuses. */
async function mark(star: HTMLButtonElement): Promise<void> {
  const isFavourite = star.getAttribute("aria-pressed") !== "true";
  const same = document.querySelectorAll<HTMLButtonElement>(`[data-favourite][value="${CSS.escape(star.value)}"]`);
  const show = (now: boolean): void => {
    for (const each of same) {
      each.setAttribute("aria-pressed", String(now));
      each.name = now ? "remove" : "add";
    }
  };
  show(isFavourite);
  const token = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const [organisation = "", name = ""] = star.value.split("/");
  const body: Body<"put", typeof FAVOURITE> = { favourite: isFavourite };
  const response = await fetch(address("put", FAVOURITE, { path: { organisation, name } }), {
    method: "PUT",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (response?.ok !== true) show(!isFavourite);
}

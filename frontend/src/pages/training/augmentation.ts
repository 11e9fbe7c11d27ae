// Recordings before and after augmentation, with the settings as they are in the form. Once it is shown, it is drawn again
// when a setting changes.
import { address, type ResponseJson } from "../../api/request";
import { post } from "../post";
import { oneAtATime } from "../talk/read";
import { exampleCard, type ExamplePlayer } from "./augmentation-card";
import { argumentOf, isArgument, settingsOf } from "./augmentation-settings";
import { SoundPlayer } from "./sound-player";

const PATH = "/api/v1/projects/{organisation}/{name}/training/augmentation";
type Augmentation = ResponseJson<"post", typeof PATH>;
/** Milliseconds without another key, after which a changed setting is drawn. */
const PAUSE = 600;

export function showAugmentation(section: HTMLElement): void {
  const form = section.closest("form");
  const [show, other] = ["show", "other"].map((name) =>
    section.querySelector<HTMLButtonElement>(`[data-augmentation-${name}]`),
  );
  if (form === null || !show || !other) return;
  const player = new SoundPlayer();
  let draws = 0;
  let timer = 0;
  const draw = oneAtATime(() => drawAgain(section, form, draws, player));
  const start = (): void => {
    other.hidden = false;
    show.hidden = true;
    void draw();
  };
  show.disabled = false;
  show.addEventListener("click", start);
  other.addEventListener("click", () => {
    draws += 1;
    void draw();
  });
  form.addEventListener("input", ({ target }) => {
    if (!show.hidden || !(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    if (!isArgument(target.name) && !["version", "seed"].includes(target.name)) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => void draw(), PAUSE);
  });
}

async function drawAgain(
  section: HTMLElement,
  form: HTMLFormElement,
  draws: number,
  player: ExamplePlayer,
): Promise<void> {
  const status = section.querySelector<HTMLElement>("[data-augmentation-status]");
  const place = section.querySelector<HTMLElement>("[data-augmentation-examples]");
  if (status === null || place === null) return;
  const problem = problemOf(form);
  if (problem !== "") {
    say(status, problem, true);
    return;
  }
  say(status, "Drawing a recording of each label …");
  section.setAttribute("aria-busy", "true");
  const [, organisation = "", name = ""] = location.pathname.split("/");
  const answer = await post<Augmentation>(
    address("post", PATH, { path: { organisation, name } }),
    settingsOf(new FormData(form), draws),
  );
  section.removeAttribute("aria-busy");
  if (typeof answer === "string") {
    say(status, answer, true);
    return;
  }
  player.stop();
  say(status, "");
  const data = `/${organisation}/${name}/data`;
  place.replaceChildren(...answer.examples.map((example) => exampleCard(example, answer.kind, data, section, player)));
}

/** A sentence about the first argument that is out of its range, or "". */
export function problemOf(form: HTMLFormElement): string {
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement) || !isArgument(field.name) || field.validity.valid) continue;
    const title = field.labels?.[0]?.textContent ?? argumentOf(field.name);
    return `${title} must be a number from ${field.min} to ${field.max}.`;
  }
  return "";
}

function say(status: HTMLElement, text: string, isRefusal = false): void {
  status.textContent = text;
  status.hidden = text === "";
  status.className = isRefusal ? "notice bad written" : "small muted";
}

// One recording beside its draws: a figure for each, drawn by what it is, with a button where it can be heard.
import type { ResponseJson } from "../../api/request";
import { axisPaths, bytesOf, colourPicture, spectrogramPicture, type WindowPicture } from "./augmentation-view";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [160, 72];
type Example = ResponseJson<"post", "/api/v1/projects/{organisation}/{name}/training/augmentation">["examples"][number];
type View = Example["original"];

/** Plays a sound until it is over or another one begins. */
export interface ExamplePlayer {
  play(wav: Uint8Array<ArrayBuffer>, end: () => void): void;
  stop(): void;
}

/** The card of a recording of a kind. `data` is the address of the project's data; `section` has the button to play. */
export function exampleCard(
  example: Example,
  kind: string,
  data: string,
  section: HTMLElement,
  player: ExamplePlayer,
): HTMLElement {
  const card = element("div", "augmentation-example");
  const head = element("div", "row wrap small muted");
  const label = element("b", "written");
  label.textContent = example.label;
  head.append(label, example.sample === null ? "" : sampleLink(example.sample, data));
  const grid = element("div", "augmentation-draws");
  let drawn = 0;
  for (const [place, view] of [example.original, ...example.draws].entries()) {
    if (place > 0 && view.caption === "") drawn += 1;
    const caption = place === 0 ? "Recording" : view.caption || `Draw ${String(drawn)}`;
    const figure = element("figure", place === 0 ? "original" : "");
    figure.append(drawing(view, example.shape, kind, `${caption} of ${example.label}`));
    const words = element("figcaption", "row small");
    words.append(...playButton(view, `${caption}, ${example.label}`, section, player), caption);
    figure.append(words);
    grid.append(figure);
  }
  card.append(head, grid);
  return card;
}

function sampleLink(number: number, data: string): HTMLElement {
  const link = document.createElement("a");
  link.href = `${data}/samples/${String(number)}`;
  link.textContent = `Sample ${String(number).padStart(4, "0")}`;
  return link;
}

function drawing({ levels }: View, shape: readonly number[], kind: string, name: string): Element {
  const bytes = bytesOf(levels);
  if (kind === "sound") return canvas(spectrogramPicture(bytes, shape), kind, name);
  if (kind === "picture") return canvas(colourPicture(bytes, shape), kind, name);
  const lines = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${String(WIDTH)} ${String(HEIGHT)}`, role: "img" }))
    lines.setAttribute(key, value);
  lines.setAttribute("preserveAspectRatio", "none");
  lines.setAttribute("aria-label", name);
  for (const path of axisPaths(bytes, shape, WIDTH, HEIGHT)) {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    lines.append(line);
  }
  return lines;
}

function canvas({ width, height, data }: WindowPicture, kind: string, name: string): HTMLCanvasElement {
  const drawn = document.createElement("canvas");
  drawn.width = width;
  drawn.height = height;
  drawn.className = kind;
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", name);
  drawn.getContext("2d")?.putImageData(new ImageData(data, width, height), 0, 0);
  return drawn;
}

/** The button that plays and stops a window, none where it has no sound. */
function playButton({ sound }: View, name: string, section: HTMLElement, player: ExamplePlayer): HTMLElement[] {
  const template = section.querySelector<HTMLTemplateElement>("template[data-augmentation-play]");
  const button = template?.content.querySelector("button")?.cloneNode(true);
  if (sound === "" || !(button instanceof HTMLButtonElement)) return [];
  button.setAttribute("aria-label", `Play: ${name}`);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") {
      player.stop();
      return;
    }
    player.play(bytesOf(sound), () => button.setAttribute("aria-pressed", "false"));
    button.setAttribute("aria-pressed", "true");
  });
  return [button];
}

function element(tag: string, className: string): HTMLElement {
  const created = document.createElement(tag);
  if (className !== "") created.className = className;
  return created;
}

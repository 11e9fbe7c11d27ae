// Cropping and splitting a recording beside the samples, and marking places in it: parts on its drawing, with a line for each.
import { address, type ResponseJson } from "../../../api/request";
import type { SampleActs } from "../acts";
import { fitted, freePlace, positionOf, positionText, type EditedPart } from "./parts";
import { part } from "./part";

const PARTS = "/api/v1/projects/{organisation}/{name}/data/samples/{number}/parts";
type Edge = "start" | "end";

/** Lets the button of a panel open the editor. */
export function editParts(panel: HTMLElement, acts: SampleActs): void {
  const place = panel.querySelector<HTMLElement>("[data-parts]");
  const open = panel.querySelector<HTMLButtonElement>("[data-cut]");
  const face = panel.querySelector<HTMLElement>(".sample-player > .sample-face");
  if (place === null || open === null || face === null) return;
  open.hidden = false;
  open.addEventListener("click", () => {
    open.hidden = true;
    place.hidden = false;
    void new PartsEditor(panel, place, face, acts).start();
  });
}

class PartsEditor {
  readonly #isSound: boolean;
  readonly #number: number;
  readonly #label: string;
  readonly #list: HTMLElement;
  readonly #status: HTMLElement;
  #length = 0;
  #parts: EditedPart[] = [];

  constructor(
    readonly panel: HTMLElement,
    readonly place: HTMLElement,
    readonly face: HTMLElement,
    readonly acts: SampleActs,
  ) {
    this.#isSound = panel.dataset["kind"] === "sound";
    this.#number = Number(panel.dataset["sample"]);
    this.#label = panel.dataset["label"] ?? "";
    this.#list = part(place, "[data-part-list]");
    this.#status = part(place, "[data-parts-status]");
    part(place, "[data-find-parts]").addEventListener("click", () => void this.#find());
    part(place, "[data-add-part]").addEventListener("click", () => this.#add());
    part(place, "[data-cut-parts]").addEventListener("click", () => void this.#cut());
    const mark = place.querySelector<HTMLElement>("[data-mark-parts]");
    if (mark !== null) mark.addEventListener("click", () => void this.#mark());
    this.#list.addEventListener("input", ({ target }) => this.#onInput(target));
    this.#list.addEventListener("change", () => this.#fillRows());
    this.#list.addEventListener("click", ({ target }) => this.#onRemoveClick(target));
  }

  /** Begins with the places that are marked, or else with those where something happens. */
  async start(): Promise<void> {
    const markedParts = JSON.parse(this.place.dataset["events"] ?? "[]") as {
      label: string;
      start: number;
      end: number;
    }[];
    if (!(await this.#find(markedParts.length > 0))) return;
    if (markedParts.length > 0) {
      this.#parts = markedParts.map(({ label, start, end }) => ({
        label,
        start: Math.round(start * 1000),
        end: Math.round(end * 1000),
      }));
      this.#say("");
    }
    this.#draw();
  }

  async #find(isLengthOnly = false): Promise<boolean> {
    const [, organisation = "", name = ""] = location.pathname.split("/");
    const path = { organisation, name, number: this.#number };
    const pause = positionOf(part<HTMLInputElement>(this.place, "[data-pause]").value, this.#isSound) ?? 300;
    const query = new URLSearchParams({ pause: String(Math.max(0, pause)) });
    if (!this.#isSound)
      for (const [key, value] of [
        ["shortest", "5"],
        ["margin", "5"],
      ] as const)
        query.set(key, value);
    const response = await fetch(`${address("get", PARTS, { path })}?${query.toString()}`).catch(() => null);
    const answer = (await response?.json().catch(() => null)) as
      ResponseJson<"get", typeof PARTS> | { detail?: string } | null;
    if (!response?.ok || answer === null || !("parts" in answer)) {
      this.#say((answer !== null && "detail" in answer && answer.detail) || "The recording cannot be read.");
      return false;
    }
    this.#length = answer.length;
    if (isLengthOnly) return true;
    this.#parts = answer.parts.map((each) => ({ ...each, label: this.#label }));
    const count = this.#parts.length;
    this.#say(
      count === 0
        ? "The recording is equally loud throughout: it has no parts."
        : `${count} part${count === 1 ? "" : "s"} found.`,
    );
    this.#draw();
    return true;
  }

  #add(): void {
    const place = freePlace(this.#parts, this.#length);
    if (place === null) {
      this.#say("There is no room for another part.");
      return;
    }
    this.#parts.push({ ...place, label: this.#label });
    this.#parts.sort((one, other) => one.start - other.start);
    this.#draw();
  }

  #onRemoveClick(target: EventTarget | null): void {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-remove-part]") : null;
    if (button === null) return;
    this.#parts.splice(indexOf(button), 1);
    this.#draw();
  }

  #onInput(target: EventTarget | null): void {
    if (!(target instanceof HTMLInputElement)) return;
    const index = indexOf(target);
    const part = this.#parts[index];
    if (part === undefined) return;
    if (target.name === "label") {
      this.#parts[index] = { ...part, label: target.value };
      return;
    }
    const position = positionOf(target.value, this.#isSound);
    if (position === null) return;
    const edge: Edge = target.name === "start" ? "start" : "end";
    this.#parts[index] = fitted({ ...part, [edge]: position }, this.#length, edge);
    this.#drawBoxes();
  }

  async #cut(): Promise<void> {
    if (this.#parts.length === 0) {
      this.#say("Add a part first.");
      return;
    }
    await this.acts.cut(this.#number, this.#parts);
  }

  async #mark(): Promise<void> {
    if (this.#parts.some(({ label }) => label.trim() === "")) {
      this.#say("Give each part a label first.");
      return;
    }
    const events = this.#parts.map(({ label, start, end }) => ({ label, start: start / 1000, end: end / 1000 }));
    await this.acts.mark({ number: this.#number, events: events.length === 0 ? null : events });
  }

  #draw(): void {
    const template = part<HTMLTemplateElement>(this.place, "template");
    this.#list.replaceChildren(
      ...this.#parts.map((_, index) => {
        const row = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
        row.dataset["index"] = String(index);
        for (const field of row.querySelectorAll("input"))
          field.setAttribute("aria-label", `${field.getAttribute("aria-label") ?? ""} of part ${index + 1}`);
        return row;
      }),
    );
    this.#fillRows();
    this.#drawBoxes();
  }

  /** Writes the parts into their rows, which stay: a field keeps the focus. */
  #fillRows(): void {
    this.#parts.forEach(({ start, end, label }, index) => {
      const row = part(this.#list, `[data-index="${index}"]`);
      const values = { start: positionText(start, this.#isSound), end: positionText(end, this.#isSound), label };
      for (const [name, value] of Object.entries(values)) part<HTMLInputElement>(row, `[name=${name}]`).value = value;
    });
  }

  #drawBoxes(): void {
    for (const box of this.face.querySelectorAll(".part-box")) box.remove();
    this.#parts.forEach(({ start, end }, index) => {
      const box = document.createElement("div");
      box.className = "part-box";
      box.style.left = `${(start / this.#length) * 100}%`;
      box.style.width = `${((end - start) / this.#length) * 100}%`;
      for (const edge of ["start", "end"] as const) {
        const handle = document.createElement("i");
        handle.className = edge;
        handle.addEventListener("pointerdown", (event) => this.#grasp(event, index, edge));
        box.append(handle);
      }
      this.face.append(box);
    });
  }

  /** Moves an edge with the pointer. */
  #grasp(event: PointerEvent, index: number, edge: Edge): void {
    event.preventDefault();
    const { left, width } = this.face.getBoundingClientRect();
    const move = ({ clientX }: PointerEvent): void => {
      const part = this.#parts[index];
      if (part === undefined) return;
      const position = Math.round(((clientX - left) / width) * this.#length);
      this.#parts[index] = fitted({ ...part, [edge]: position }, this.#length, edge);
      this.#fillRows();
      this.#drawBoxes();
    };
    const ends = new AbortController();
    addEventListener("pointermove", move, { signal: ends.signal });
    for (const type of ["pointerup", "pointercancel"])
      addEventListener(type, () => ends.abort(), { signal: ends.signal });
  }

  #say(words: string): void {
    this.#status.textContent = words;
  }
}

function indexOf(element: Element): number {
  return Number(element.closest<HTMLElement>("[data-index]")?.dataset["index"] ?? -1);
}

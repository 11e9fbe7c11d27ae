// Marking objects in a picture beside the samples: by mouse, touch and keyboard, with a line for each object that can be
// read and changed.
import { isComposing } from "../../../look/keys/composing";
import type { SampleActs } from "../acts";
import {
  countText,
  fractionOf,
  inPicture,
  nearest,
  objectAction,
  percentText,
  placeText,
  readObjects,
  type MarkedObject,
  type ObjectPlace,
} from "./objects";
import { part } from "./part";

const SVG = "http://www.w3.org/2000/svg";

/** Whether the editor of the next picture opens by itself: somebody marks one picture after another. */
let goesOn = false;

/** Lets the button of a panel open the editor. */
export function editObjects(panel: HTMLElement, acts: SampleActs): void {
  const place = panel.querySelector<HTMLElement>("[data-objects]");
  const button = panel.querySelector<HTMLButtonElement>("[data-mark-objects]");
  const face = panel.querySelector<HTMLElement>("[data-objects-face]");
  if (place === null || button === null || face === null) return;
  const editor = new ObjectsEditor(Number(panel.dataset["sample"]), place, face, acts);
  const show = (isOpen: boolean): void => {
    goesOn = isOpen;
    button.hidden = isOpen;
    place.hidden = !isOpen;
    editor.open(isOpen);
  };
  button.addEventListener("click", () => {
    show(true);
    face.focus();
  });
  part(place, "[data-close-objects]").addEventListener("click", () => {
    show(false);
    button.focus();
  });
  if (goesOn) show(true);
  else button.hidden = false;
}

class ObjectsEditor {
  readonly #dots: SVGElement;
  readonly #list: HTMLElement;
  readonly #first: readonly MarkedObject[];
  readonly #past: (readonly MarkedObject[])[] = [];
  #objects: readonly MarkedObject[];
  #cross: ObjectPlace = { x: 0.5, y: 0.5 };
  #chosenIndex = -1;
  #isOpen = false;

  constructor(
    readonly number: number,
    readonly place: HTMLElement,
    readonly face: HTMLElement,
    readonly acts: SampleActs,
  ) {
    this.#first = readObjects(place.dataset["positions"] ?? "null") ?? [];
    this.#objects = this.#first;
    this.#dots = part<SVGElement>(face, "[data-object-dots]");
    this.#list = part(place, "[data-object-list]");
    face.addEventListener("click", (event) => this.#onClick(event));
    face.addEventListener("keydown", (event) => this.#onKey(event));
    this.#list.addEventListener("change", ({ target }) => this.#onChange(target));
    this.#list.addEventListener("click", ({ target }) => this.#onRemoveClick(target));
    this.#list.addEventListener("focusin", ({ target }) => this.#choose(indexOf(target)));
    const newLabel = part<HTMLInputElement>(place, "[data-new-label]");
    part(place, "[data-add-label]").addEventListener("click", () => this.#addLabel(newLabel));
    newLabel.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || isComposing(event)) return;
      event.preventDefault();
      this.#addLabel(newLabel);
    });
    part(place, "[data-undo-object]").addEventListener("click", () => this.#undo());
    part(place, "[data-save-objects]").addEventListener("click", () => void this.#save(this.#objects));
    place.querySelector("[data-forget-objects]")?.addEventListener("click", () => void this.#save(null));
    const first = place.querySelector<HTMLInputElement>("[name=object-label]");
    if (first !== null) first.checked = true;
  }

  /** Makes the picture take keys, or be a picture again. Closing takes unsaved objects back. */
  open(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.face.classList.toggle("is-edited", isOpen);
    if (isOpen) {
      this.face.tabIndex = 0;
      this.face.setAttribute("role", "application");
      this.face.setAttribute("aria-label", "Picture with objects");
      this.face.setAttribute("aria-describedby", "object-keys");
    } else {
      for (const name of ["tabindex", "role", "aria-label", "aria-describedby"]) this.face.removeAttribute(name);
      this.#objects = this.#first;
      this.#past.length = 0;
      this.#chosenIndex = -1;
    }
    this.#draw();
  }

  #onClick(event: MouseEvent): void {
    if (!this.#isOpen) return;
    const index = indexOf(event.target);
    if (index >= 0) {
      this.#choose(index);
      return;
    }
    this.#cross = this.#placeOf(event);
    this.#add();
  }

  #onKey(event: KeyboardEvent): void {
    const action = this.#isOpen ? objectAction(event) : null;
    if (action === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (action.kind === "move") {
      this.#cross = inPicture({ x: this.#cross.x + action.x, y: this.#cross.y + action.y });
      const near = this.#objects[nearest(this.#objects, this.#cross)];
      this.#say(`${placeText(this.#cross)}${near === undefined ? "" : `, at ${near.label}`}`);
      this.#drawDots();
    }
    if (action.kind === "label") this.#useKey(action.key);
    if (action.kind === "place") this.#add();
    if (action.kind === "undo") this.#undo();
    if (action.kind === "remove") {
      const index = this.#chosenIndex >= 0 ? this.#chosenIndex : nearest(this.#objects, this.#cross);
      if (index < 0) this.#say("There is no object at the cross.");
      else this.#remove(index);
    }
  }

  #useKey(key: string): void {
    const label = this.place.querySelector<HTMLElement>(`[data-object-label][data-key="${key}"] input`);
    if (!(label instanceof HTMLInputElement)) return;
    label.checked = true;
    const object = this.#objects[this.#chosenIndex];
    if (object !== undefined)
      this.#change(withObject(this.#objects, this.#chosenIndex, { ...object, label: label.value }));
    this.#say(object === undefined ? `Next: ${label.value}.` : `It is ${label.value} now.`);
  }

  #add(): void {
    const label = this.place.querySelector<HTMLInputElement>("[name=object-label]:checked")?.value;
    const most = Number(this.place.dataset["most"]);
    if (label === undefined) this.#say("Add a label first.");
    else if (this.#objects.length >= most) this.#say(`A picture has at most ${most} objects.`);
    else {
      this.#chosenIndex = -1;
      this.#change([...this.#objects, { label, ...this.#cross }]);
      this.#say(`${label} placed, ${placeText(this.#cross)}: ${countText(this.#objects.length)}.`);
      return;
    }
    this.#drawDots();
  }

  #remove(index: number): void {
    const label = this.#objects[index]?.label ?? "";
    this.#chosenIndex = -1;
    this.#change(this.#objects.filter((_, each) => each !== index));
    this.#say(`${label} removed: ${countText(this.#objects.length)}.`);
  }

  #onRemoveClick(target: EventTarget | null): void {
    const button = target instanceof Element ? target.closest("[data-remove-object]") : null;
    if (button === null) return;
    const index = indexOf(button);
    this.#remove(index);
    const rows = this.#list.querySelectorAll<HTMLElement>("[data-remove-object]");
    (rows[Math.min(index, rows.length - 1)] ?? this.face).focus();
  }

  #onChange(target: EventTarget | null): void {
    if (!(target instanceof HTMLInputElement)) return;
    const index = indexOf(target);
    const object = this.#objects[index];
    if (object === undefined) return;
    const label = target.value.trim();
    const fraction = fractionOf(target.value);
    if (target.name === "label" && label !== "") {
      this.#labelOf(label);
      this.#change(withObject(this.#objects, index, { ...object, label }));
    } else if (target.name === "x" && fraction !== null)
      this.#change(withObject(this.#objects, index, { ...object, x: fraction }));
    else if (target.name === "y" && fraction !== null)
      this.#change(withObject(this.#objects, index, { ...object, y: fraction }));
    else this.#say(target.name === "label" ? "An object needs a label." : "A place is from 0 to 100 percent.");
    this.#fillRows();
  }

  #undo(): void {
    const last = this.#past.pop();
    if (last === undefined) {
      this.#say("There is nothing to undo.");
      return;
    }
    this.#objects = last;
    this.#chosenIndex = -1;
    this.#draw();
    this.#say(`Undone: ${countText(last.length)}.`);
  }

  #change(objects: readonly MarkedObject[]): void {
    this.#past.push(this.#objects);
    this.#objects = objects;
    this.#draw();
  }

  async #save(objects: readonly MarkedObject[] | null): Promise<void> {
    this.#say("Saving.");
    await this.acts.mark({ number: this.number, positions: objects === null ? null : [...objects] });
  }

  #addLabel(field: HTMLInputElement): void {
    const name = field.value.trim();
    if (name === "") return;
    const radio = this.#labelOf(name).querySelector("input");
    if (radio !== null) radio.checked = true;
    field.value = "";
    this.#say(`Next: ${name}.`);
    this.face.focus();
  }

  /** Returns the label with this name. Adds it to the labels of further objects if they do not have it. */
  #labelOf(name: string): HTMLElement {
    const labels = [...this.place.querySelectorAll<HTMLElement>("[data-object-label]")];
    return labels.find((each) => each.querySelector("input")?.value === name) ?? this.#newLabel(name, labels);
  }

  #newLabel(name: string, labels: readonly HTMLElement[]): HTMLElement {
    const mark = (labels.length % Number(this.place.dataset["marks"])) + 1;
    const label = document.createElement("label");
    label.className = "chip";
    label.dataset["objectLabel"] = "";
    label.dataset["mark"] = String(mark);
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "object-label", value: name });
    const swatch = Object.assign(document.createElement("i"), { className: `label-mark m${mark}` });
    swatch.setAttribute("aria-hidden", "true");
    const words = Object.assign(document.createElement("span"), { className: "written", textContent: name });
    label.append(radio, " ", swatch, words);
    part(this.place, "[data-new-label]").parentElement?.before(label);
    return label;
  }

  /** The place of a pointer on the picture. */
  #placeOf({ clientX, clientY }: { clientX: number; clientY: number }): ObjectPlace {
    const { left, top, width, height } = this.#dots.getBoundingClientRect();
    return inPicture({ x: (clientX - left) / width, y: (clientY - top) / height });
  }

  #choose(index: number): void {
    const object = this.#objects[index];
    if (object === undefined) return;
    this.#chosenIndex = index;
    this.#cross = { x: object.x, y: object.y };
    this.#drawDots();
    this.#say(`${object.label}, ${placeText(object)}. Delete removes it.`);
  }

  #markOf(name: string): string {
    const labels = [...this.place.querySelectorAll<HTMLElement>("[data-object-label]")];
    return labels.find((each) => each.querySelector("input")?.value === name)?.dataset["mark"] ?? "1";
  }

  #draw(): void {
    const template = part<HTMLTemplateElement>(this.place, "template");
    while (this.#list.children.length > this.#objects.length) this.#list.lastElementChild?.remove();
    while (this.#list.children.length < this.#objects.length) {
      const row = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
      const index = this.#list.children.length;
      row.dataset["index"] = String(index);
      for (const field of row.querySelectorAll("input, button"))
        field.setAttribute("aria-label", `${field.getAttribute("aria-label") ?? ""}, object ${index + 1}`);
      this.#list.append(row);
    }
    this.#fillRows();
    this.#drawDots();
    part(this.place, "[data-save-objects]").textContent = `Save ${countText(this.#objects.length)}`;
  }

  /** Writes the objects into their rows, which stay: a field keeps the focus. */
  #fillRows(): void {
    this.#objects.forEach(({ label, x, y }, index) => {
      const row = this.#list.children[index];
      if (row === undefined) return;
      part(row, ".label-mark").className = `label-mark m${this.#markOf(label)}`;
      const values = { label, x: percentText(x), y: percentText(y) };
      for (const [name, value] of Object.entries(values)) part<HTMLInputElement>(row, `[name=${name}]`).value = value;
    });
  }

  #drawDots(): void {
    const dots = this.#objects.map(({ label, x, y }, index) => {
      const dot = at({ x, y }, `object-dot m${this.#markOf(label)}${index === this.#chosenIndex ? " is-chosen" : ""}`);
      dot.dataset["index"] = String(index);
      dot.append(
        shape("circle", { class: "reach", r: "12" }),
        shape("rect", { x: "-5", y: "-5", width: "10", height: "10", rx: "2" }),
      );
      dot.addEventListener("pointerdown", (event) => this.#grasp(event, index));
      return dot;
    });
    if (this.#isOpen) {
      const cross = at(this.#cross, "object-cross");
      for (const name of ["under", "over"])
        cross.append(shape("path", { class: name, d: "M-11 0H-3M3 0H11M0-11V-3M0 3V11" }));
      dots.push(cross);
    }
    this.#dots.replaceChildren(...dots);
  }

  /** Moves an object with the pointer. */
  #grasp(event: PointerEvent, index: number): void {
    const object = this.#objects[index];
    if (!this.#isOpen || object === undefined) return;
    // Without this the browser drags the picture, once the dot is drawn anew.
    event.preventDefault();
    this.face.focus({ preventScroll: true });
    const before = this.#objects;
    const from = { x: event.clientX, y: event.clientY };
    const ends = new AbortController();
    const move = (event: PointerEvent): void => {
      // A press that shakes is no move.
      if (this.#objects === before && Math.hypot(event.clientX - from.x, event.clientY - from.y) < 4) return;
      if (this.#objects === before) this.#past.push(before);
      this.#objects = withObject(before, index, { ...object, ...this.#placeOf(event) });
      this.#drawDots();
      this.#fillRows();
    };
    const end = (): void => {
      ends.abort();
      if (this.#objects !== before) this.#swallowClick();
      this.#choose(index);
    };
    addEventListener("pointermove", move, { signal: ends.signal });
    for (const type of ["pointerup", "pointercancel"]) addEventListener(type, end, { signal: ends.signal });
  }

  /** The click that ends a move is no press on the picture. */
  #swallowClick(): void {
    const ends = new AbortController();
    this.face.addEventListener("click", (event) => event.stopImmediatePropagation(), {
      capture: true,
      signal: ends.signal,
    });
    setTimeout(() => ends.abort());
  }

  #say(words: string): void {
    part(this.place, "[data-objects-status]").textContent = words;
  }
}

function withObject(objects: readonly MarkedObject[], index: number, by: MarkedObject): readonly MarkedObject[] {
  return objects.map((each, place) => (place === index ? by : each));
}

/** A drawing whose origin is at a place of the picture. */
function at({ x, y }: ObjectPlace, name: string): SVGElement {
  return shape("svg", { class: name, x: `${x * 100}%`, y: `${y * 100}%`, overflow: "visible" });
}

function shape(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function indexOf(target: EventTarget | null): number {
  const element = target instanceof Element ? target.closest<HTMLElement | SVGElement>("[data-index]") : null;
  return Number(element?.dataset["index"] ?? -1);
}

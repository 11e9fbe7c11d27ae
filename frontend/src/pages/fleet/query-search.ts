// The search over devices: each term has a ground behind it, and what may come next is offered below (a combobox). The
// server knows the fields and the values.
import { address, type ResponseJson } from "../../api/request";
import { isComposing } from "../../look/keys/composing";
import { activate } from "../lists/active-row";
import { oneAtATime } from "../talk/read";
import { termsOf } from "./terms";

const COMPLETION = "/api/v1/organisations/{organisation}/device-completion";
type Completion = ResponseJson<"get", typeof COMPLETION>;
type Item = Completion["items"][number];
/** Milliseconds without a key after which suggestions are asked for. */
const PAUSE = 120;

export class QuerySearch {
  private readonly list = document.createElement("div");
  private readonly grounds = document.createElement("span");
  private completion: Completion = { start: 0, end: 0, items: [] };
  private active = -1;
  private timer = 0;
  private isWanted = false;
  private readonly read = oneAtATime(() => this.suggest());

  constructor(
    private readonly field: HTMLInputElement,
    private readonly organisation: string,
  ) {
    const { list, grounds } = this;
    grounds.className = "fleet-terms";
    grounds.ariaHidden = "true";
    list.id = "device-suggestions";
    list.className = "card fleet-suggestions";
    list.hidden = true;
    list.role = "listbox";
    list.ariaLabel = "Suggestions";
    for (const [attribute, value] of [
      ["role", "combobox"],
      ["aria-expanded", "false"],
      ["aria-controls", list.id],
      ["aria-autocomplete", "list"],
    ] as const)
      field.setAttribute(attribute, value);
    field.before(grounds);
    field.after(list);
    field.addEventListener("input", () => {
      this.draw();
      this.want();
    });
    field.addEventListener("click", () => this.want());
    field.addEventListener("scroll", () => (grounds.scrollLeft = field.scrollLeft));
    field.addEventListener("keydown", (event) => this.press(event));
    field.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", ({ target }) => {
      const row = target instanceof Element ? target.closest<HTMLElement>("[role=option]") : null;
      if (row !== null) this.choose([...list.children].indexOf(row));
    });
    this.draw();
  }

  /** Puts the grounds behind the terms. */
  private draw(): void {
    this.grounds.replaceChildren(
      ...termsOf(this.field.value).map(({ text, isTerm }) => {
        const part = document.createElement(isTerm ? "i" : "span");
        part.textContent = text;
        return part;
      }),
    );
    this.grounds.scrollLeft = this.field.scrollLeft;
  }

  private want(): void {
    this.isWanted = true;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.read(), PAUSE);
  }

  private async suggest(): Promise<void> {
    const { value: q, selectionStart } = this.field;
    const query = { q, at: selectionStart ?? q.length };
    const url = address("get", COMPLETION, { path: { organisation: this.organisation }, query });
    const response = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    // Later input is completed by its own timer.
    if (!this.isWanted || this.field.value !== q || response === null || !response.ok) return;
    this.completion = (await response.json()) as Completion;
    if (this.isWanted) this.show();
  }

  private show(): void {
    const { items } = this.completion;
    this.list.replaceChildren(...items.map((item, index) => this.row(item, index)));
    this.list.hidden = items.length === 0;
    this.field.ariaExpanded = String(items.length > 0);
    this.active = -1;
    activate(this.field, undefined, undefined);
  }

  private row({ text, description, count }: Item, index: number): HTMLElement {
    const row = document.createElement("div");
    row.id = `${this.list.id}-${index}`;
    row.role = "option";
    row.ariaSelected = "false";
    const name = document.createElement("code");
    name.textContent = text;
    const about = document.createElement("span");
    about.className = "small muted grow";
    about.textContent = description;
    row.append(name, about);
    if (count !== null) {
      const number = document.createElement("span");
      number.className = "small muted num";
      number.textContent = count.toLocaleString("en");
      row.append(number);
    }
    return row;
  }

  private press(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const last = this.list.children.length - 1;
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" && !isOpen) this.want();
    else if (event.key === "ArrowDown") this.move(this.active >= last ? 0 : this.active + 1);
    else if (event.key === "ArrowUp" && isOpen) this.move(this.active <= 0 ? last : this.active - 1);
    else if (event.key === "Enter" && isOpen && this.active >= 0) this.choose(this.active);
    else if (event.key === "Tab" && isOpen && this.active >= 0 && !event.shiftKey) this.choose(this.active);
    else if (event.key === "Escape" && isOpen) this.close();
    else return;
    event.preventDefault();
  }

  private move(index: number): void {
    const rows = [...this.list.children] as HTMLElement[];
    activate(this.field, rows[this.active], rows[index]);
    this.active = index;
  }

  /** Puts a suggestion in the place of what it completes; a value ends its term. */
  private choose(index: number): void {
    const item = this.completion.items[index];
    if (item === undefined) return;
    const { start, end } = this.completion;
    const rest = this.field.value.slice(end);
    const text = item.kind === "value" && !rest.startsWith(" ") ? `${item.text} ` : item.text;
    this.field.value = this.field.value.slice(0, start) + text + rest;
    this.field.setSelectionRange(start + text.length, start + text.length);
    this.draw();
    this.close();
    if (item.kind !== "value") this.want();
  }

  private close(): void {
    this.isWanted = false;
    this.list.hidden = true;
    this.active = -1;
    this.field.ariaExpanded = "false";
    this.field.removeAttribute("aria-activedescendant");
  }
}

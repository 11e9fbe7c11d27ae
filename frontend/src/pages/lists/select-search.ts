// A select with data-search and many options becomes a field in which one types a part of what is wanted: a combobox with a
// list of what matches. The select stays in its form, hidden, and has the value; without scripts it is what it was.
import { isComposing } from "../../look/keys/composing";
import "../styles/select-search.css";
import { activate } from "./active-row";

/** Options from which on a select is searched; of fewer, all fit on a screen. */
const MANY = 12;
/** Matches that are listed; of more, their number is shown. */
const LISTED = 60;

export function searchableSelects(within: ParentNode = document): void {
  for (const select of within.querySelectorAll<HTMLSelectElement>("select[data-search]"))
    if (select.options.length >= MANY) new SelectSearch(select);
}

/** Those options that have all the words that were typed, in their order. */
export function matching<T extends { readonly text: string }>(options: readonly T[], query: string): readonly T[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return options.filter(({ text }) => words.every((word) => text.toLowerCase().includes(word)));
}

class SelectSearch {
  private readonly field = document.createElement("input");
  private readonly list = document.createElement("div");
  private rows: readonly HTMLElement[] = [];
  private active = -1;

  constructor(private readonly select: HTMLSelectElement) {
    const { field, list } = this;
    const name = select.getAttribute("aria-label");
    const frame = document.createElement("span");
    frame.className = "select-search";
    list.id = `${select.id || select.name}-options`;
    list.className = "card select-options";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", name ?? "Options");
    field.className = "input";
    field.autocomplete = "off";
    field.spellcheck = false;
    field.placeholder = "Type to search";
    for (const [attribute, value] of [
      ["role", "combobox"],
      ["aria-expanded", "false"],
      ["aria-controls", list.id],
      ["aria-autocomplete", "list"],
    ] as const)
      field.setAttribute(attribute, value);
    if (name !== null) field.setAttribute("aria-label", name);
    if (select.id !== "") {
      // Its label names the field from now on.
      field.id = select.id;
      select.id = `${field.id}-value`;
    }
    select.hidden = true;
    select.before(frame);
    frame.append(field, list, select);
    field.addEventListener("focus", () => field.select());
    field.addEventListener("click", () => this.show(""));
    field.addEventListener("input", () => this.show(field.value));
    field.addEventListener("keydown", (event) => this.press(event));
    field.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", ({ target }) => {
      const row = target instanceof Element ? target.closest<HTMLElement>("[role=option]") : null;
      if (row !== null) this.choose(this.rows.indexOf(row));
    });
    this.close();
  }

  private show(query: string): void {
    const matches = matching([...this.select.options], query);
    this.rows = matches.slice(0, LISTED).map((option, index) => this.row(option, index));
    const rest = document.createElement("p");
    rest.className = "small muted";
    rest.setAttribute("role", "status");
    if (matches.length === 0) rest.textContent = "No matches";
    else if (matches.length > LISTED) rest.textContent = `${matches.length - LISTED} more: type to narrow them`;
    this.list.replaceChildren(...this.rows, ...(rest.textContent === "" ? [] : [rest]));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    const start = query === "" ? this.rows.findIndex((row) => row.dataset.value === this.select.value) : 0;
    this.move(Math.min(start, this.rows.length - 1));
  }

  private row(option: HTMLOptionElement, index: number): HTMLElement {
    const row = document.createElement("div");
    row.id = `${this.list.id}-${index}`;
    row.dataset.value = option.value;
    row.textContent = option.text;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    return row;
  }

  private move(index: number): void {
    activate(this.field, this.rows[this.active], this.rows[index]);
    this.active = index;
  }

  private press(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const last = this.rows.length - 1;
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" && !isOpen) this.show("");
    else if (event.key === "ArrowDown") this.move(this.active >= last ? 0 : this.active + 1);
    else if (event.key === "ArrowUp" && isOpen) this.move(this.active <= 0 ? last : this.active - 1);
    else if (event.key === "Enter" && isOpen) this.choose(this.active);
    else if (event.key === "Escape" && isOpen) this.close();
    else return;
    event.preventDefault();
  }

  private choose(index: number): void {
    const row = this.rows[index];
    if (row === undefined) return;
    this.select.value = row.dataset.value ?? "";
    this.close();
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** The field says again what is chosen. */
  private close(): void {
    this.list.hidden = true;
    this.rows = [];
    this.active = -1;
    this.field.value = this.select.selectedOptions[0]?.text.trim() ?? "";
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }
}

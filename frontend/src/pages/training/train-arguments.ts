// The arguments of the form: a size fills them in, what differs from it is marked, and one is found by a word.
import { differingText, fieldText, matchesQuery, isSame, sizeArguments, sizeWith } from "./form-figures";

interface RecipeSize {
  readonly name: string;
  readonly title: string;
  readonly arguments: Readonly<Record<string, number>>;
}

/** The rows of arguments in the form, with the sizes of the recipe. `changed` is called when a size was chosen. */
export class TrainArguments {
  private readonly sizes: readonly RecipeSize[];
  private readonly own: readonly string[];

  constructor(
    private readonly form: HTMLFormElement,
    private readonly changed: () => void,
  ) {
    this.sizes = sizesOf(document.getElementById("recipe-sizes")?.textContent ?? "[]");
    this.own = sizeArguments(this.sizes);
    for (const link of form.querySelectorAll<HTMLElement>("a[data-size]"))
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.choose(link.dataset["size"] ?? "");
      });
    form.querySelector("a[data-reset]")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.choose(this.chosen()?.name ?? "", true);
    });
    form.addEventListener("input", () => this.mark());
    this.find();
    this.mark();
  }

  /** Fills in the arguments in which sizes differ, or all that are not in sight. */
  private choose(name: string, isReset = false): void {
    const size = this.sizes.find((each) => each.name === name);
    if (size === undefined) return;
    const isBase = (row: HTMLElement): boolean =>
      this.own.includes(row.dataset["argument"] ?? "") || (isReset && row.closest("[data-advanced]") !== null);
    const before = this.chosen();
    for (const row of this.rows()) {
      const value = size.arguments[row.dataset["argument"] ?? ""];
      // A value that somebody set stays; one that had the value of the size before gets that of the next one.
      const follows = before !== undefined && isSame(textOf(row), row.dataset["base"] ?? "");
      if (value === undefined) continue;
      if (isBase(row) || follows) write(row, fieldText(value, row.dataset["share"] === "1"));
    }
    this.setBase(size);
    this.mark();
    this.changed();
  }

  private chosen(): RecipeSize | undefined {
    const name = this.form.querySelector<HTMLInputElement>("input[name=size]")?.value;
    return this.sizes.find((each) => each.name === name);
  }

  private setBase(size: RecipeSize): void {
    const hidden = this.form.querySelector<HTMLInputElement>("input[name=size]");
    if (hidden !== null) hidden.value = size.name;
    for (const link of this.form.querySelectorAll<HTMLElement>("a[data-size]")) {
      const isChosen = link.dataset["size"] === size.name;
      link.classList.toggle("chosen", isChosen);
      if (isChosen) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const title of this.form.querySelectorAll("[data-base-title]")) title.textContent = size.title;
    for (const row of this.rows()) {
      const value = size.arguments[row.dataset["argument"] ?? ""];
      if (value === undefined) continue;
      row.dataset["base"] = fieldText(value, row.dataset["share"] === "1");
      const text = row.querySelector("[data-base-text]");
      const unit = row.querySelector(".unit")?.textContent ?? "";
      if (text !== null)
        text.textContent = isSwitch(row) ? (value === 0 ? "off" : "on") : `${row.dataset["base"]} ${unit}`.trim();
    }
  }

  private mark(): void {
    const values = new Map(this.rows().map((row) => [row.dataset["argument"] ?? "", numberOf(row)]));
    const named = sizeWith(this.sizes, this.own, values);
    const size = this.sizes.find((each) => each.name === named);
    if (size !== undefined && size !== this.chosen()) this.setBase(size);
    const base = this.chosen();
    if (base === undefined) return;
    const titles: string[] = [];
    for (const row of this.form.querySelectorAll<HTMLElement>("[data-advanced] [data-argument]")) {
      const differs = !isSame(textOf(row), row.dataset["base"] ?? "");
      row.toggleAttribute("data-differs", differs);
      const note = row.querySelector<HTMLElement>(".argument-base");
      if (note !== null) note.hidden = !differs;
      if (differs) titles.push(row.querySelector("label")?.textContent ?? "");
    }
    const tag = this.form.querySelector<HTMLElement>("[data-differing]");
    if (tag === null) return;
    tag.textContent = differingText(titles, base.title);
    tag.hidden = titles.length === 0;
  }

  private find(): void {
    const field = this.form.querySelector<HTMLInputElement>("[data-find]");
    const status = this.form.querySelector<HTMLElement>("[data-found]");
    if (field === null || status === null) return;
    field.hidden = false;
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    field.addEventListener("input", () => {
      let count = 0;
      for (const group of this.form.querySelectorAll<HTMLElement>("[data-group]")) {
        const rows = [...group.querySelectorAll<HTMLElement>("[data-argument]")];
        for (const row of rows)
          row.hidden = !matchesQuery(`${row.dataset["argument"] ?? ""} ${row.textContent}`, field.value);
        const shown = rows.filter((row) => !row.hidden).length;
        group.hidden = shown === 0;
        count += shown;
      }
      status.hidden = count > 0;
      status.textContent = count > 0 ? "" : "No argument matches these words.";
    });
  }

  private rows(): HTMLElement[] {
    return [...this.form.querySelectorAll<HTMLElement>("[data-argument]")];
  }
}

function sizesOf(text: string): readonly RecipeSize[] {
  const sizes: unknown = JSON.parse(text);
  return Array.isArray(sizes) ? (sizes as RecipeSize[]) : [];
}

function fieldOf(row: HTMLElement): HTMLInputElement | null {
  return row.querySelector<HTMLInputElement>("input:not([type=hidden])");
}

function isSwitch(row: HTMLElement): boolean {
  return fieldOf(row)?.type === "checkbox";
}

function textOf(row: HTMLElement): string {
  const field = fieldOf(row);
  if (field === null) return "";
  return field.type === "checkbox" ? String(Number(field.checked)) : field.value;
}

function numberOf(row: HTMLElement): number {
  const value = Number(textOf(row));
  return row.dataset["share"] === "1" ? Number((value / 100).toPrecision(12)) : value;
}

function write(row: HTMLElement, text: string): void {
  const field = fieldOf(row);
  if (field === null) return;
  if (field.type === "checkbox") field.checked = text !== "0";
  else field.value = text;
}

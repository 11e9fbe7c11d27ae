// The form that begins a run: figures of sizes and of the settings come from the compiler while somebody fills it in, and
// another version of the data changes what is said of it.
import { address } from "../../api/request";
import { post } from "../post";
import { oneAtATime } from "../talk/read";
import { problemOf } from "./augmentation";
import { settingsOf } from "./augmentation-settings";
import {
  figureText,
  isOver,
  verdictOf,
  type FigureName,
  type CountedFigures,
  type Needs,
  type Sizes,
} from "./form-figures";
import { TrainArguments } from "./train-arguments";
import { codeNodes } from "../../look/code/code-nodes";

const SIZES = "/api/v1/projects/{organisation}/{name}/training/sizes";
const NEEDS = "/api/v1/projects/{organisation}/{name}/training/needs";
/** Milliseconds between two questions for figures that are being counted. */
const ASK_AGAIN = 400;
/** Milliseconds without another key, after which changed settings are counted. */
const PAUSE = 400;
const NAMES: readonly FigureName[] = ["ram", "flash", "instructions", "milliseconds"];

export function trainForm(form: HTMLFormElement): void {
  const figures = new FormFigures(form);
  new TrainArguments(form, () => figures.settingsChanged());
  form.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLInputElement && target.matches("[data-find]")) return;
    if (target instanceof HTMLSelectElement && target.matches("[data-version-choice]")) {
      void readVersion(form, target.value).then(() => figures.allChanged());
      return;
    }
    if (target instanceof HTMLInputElement && target.name === "boards") {
      figures.boardsChanged();
      return;
    }
    if (target instanceof HTMLSelectElement) figures.allChanged();
    else figures.settingsChanged();
  });
  figures.allChanged();
}

/** Shows what the page says of another version of the data: its splits, and what the recipes find in it. */
async function readVersion(form: HTMLFormElement, version: string): Promise<void> {
  const url = new URL(location.href);
  url.pathname = url.pathname.replace(/\/begin$/, "");
  url.searchParams.set("recipe", textOf(form, "recipe"));
  url.searchParams.set("version", version);
  const response = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (response === null || !response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const name of ["[data-split-bar]", "[data-recipes]", "[data-lack]"]) {
    const [shown, next] = [form.querySelector(name), page.querySelector(name)];
    if (shown !== null && next !== null) shown.replaceWith(next);
  }
  const next = page.querySelector<HTMLFormElement>("form[data-train]");
  for (const name of ["labels", "columns"]) form.dataset[name] = next?.dataset[name] ?? form.dataset[name];
}

class FormFigures {
  private timer = 0;
  private readonly askSizes = oneAtATime(() => this.readSizes());
  private readonly askNeeds = oneAtATime(() => this.readNeeds());

  constructor(private readonly form: HTMLFormElement) {}

  allChanged(): void {
    void this.askSizes();
    void this.askNeeds();
  }

  settingsChanged(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.askNeeds(), PAUSE);
  }

  /** One or two boards: the table gets their columns from the page, with the bounds of each. */
  boardsChanged(): void {
    const boxes = [...this.form.querySelectorAll<HTMLInputElement>("input[name=boards]")];
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) box.disabled = !box.checked && chosen.length >= 2;
    if (chosen.length === 0) return;
    this.columns(chosen);
    this.allChanged();
  }

  private columns(chosen: readonly HTMLInputElement[]): void {
    const table = this.form.querySelector<HTMLTableElement>("table.needs");
    for (const row of table?.rows ?? []) {
      const cells = [...row.querySelectorAll<HTMLElement>("[data-board]")];
      const first = cells[0];
      if (first === undefined) continue;
      const columns = chosen.map(({ value, parentElement }) => {
        const same = cells.find((cell) => cell.dataset["board"] === value);
        if (same !== undefined) return same;
        const cell = first.cloneNode(true) as HTMLElement;
        cell.dataset["board"] = value;
        if (cell.matches("th")) cell.textContent = parentElement?.textContent.trim() ?? value;
        else for (const bound of cell.querySelectorAll(".meter, small")) bound.remove();
        return cell;
      });
      for (const cell of cells) cell.remove();
      row.append(...columns);
    }
  }

  private boards(): string[] {
    return [...this.form.querySelectorAll<HTMLElement>("table.needs th[data-board]")].map(
      ({ dataset }) => dataset["board"] ?? "",
    );
  }

  private shape(): { recipe: string; labels: number; columns: number; form: Sizes["recipe"]; backbone: string } {
    return {
      recipe: textOf(this.form, "recipe"),
      labels: Number(this.form.dataset["labels"] ?? 2),
      columns: Number(this.form.dataset["columns"] ?? 0),
      form: textOf(this.form, "form"),
      backbone: textOf(this.form, "backbone"),
    };
  }

  private async readSizes(): Promise<void> {
    const section = this.form.querySelector<HTMLElement>("[data-sizes]");
    const [board = "", second_board = ""] = this.boards();
    if (section === null || board === "") return;
    const query = { ...this.shape(), board, ...(second_board === "" ? {} : { second_board }) };
    const url = address("get", SIZES, { path: project(), query } as never);
    for (;;) {
      const response = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
      const answer: unknown = await response?.json().catch(() => null);
      if (response === null || !response.ok) {
        showSizeProblem(section, refusalOf(answer));
        return;
      }
      const sizes = answer as Sizes;
      const isOnTwo = sizes.boards.length > 1;
      for (const size of sizes.sizes) showSize(section, size, isOnTwo ? "both boards" : sizes.board.name);
      const place = section.querySelector("[data-sizes-board]");
      if (place !== null) place.textContent = isOnTwo ? " for the slower board" : ` for ${sizes.board.name}`;
      if (!sizes.is_counting) return;
      await pause(ASK_AGAIN);
    }
  }

  private async readNeeds(): Promise<void> {
    const section = this.form.querySelector<HTMLElement>("[data-needs]");
    const status = section?.querySelector<HTMLElement>("[data-needs-status]");
    if (!section || !status || !this.form.querySelector("table.needs")) return;
    const problem = problemOf(this.form);
    if (problem !== "") {
      status.replaceChildren(...codeNodes(problem));
      return;
    }
    section.setAttribute("aria-busy", "true");
    for (;;) {
      const settings = settingsOf(new FormData(this.form), 0);
      const body = {
        ...this.shape(),
        arguments: settings.arguments,
        boards: this.boards(),
        start: textOf(this.form, "start"),
      };
      const answer = await post<Needs>(address("post", NEEDS, { path: project() }), body);
      if (typeof answer === "string") {
        status.textContent = answer;
        section.removeAttribute("aria-busy");
        return;
      }
      showNeeds(this.form, section, answer);
      status.textContent = answer.is_counting ? "The compiler is counting …" : refusalText(answer);
      if (!answer.is_counting) break;
      await pause(ASK_AGAIN);
    }
    section.removeAttribute("aria-busy");
  }
}

function showSize(section: HTMLElement, size: Sizes["sizes"][number], board: string): void {
  const card = section.querySelector<HTMLElement>(`[data-size="${CSS.escape(size.name)}"]`);
  if (card === null) return;
  const isRefused = size.refusal !== "";
  const list = card.querySelector<HTMLElement>("[data-size-figures]");
  if (list !== null) list.hidden = isRefused;
  for (const cell of card.querySelectorAll<HTMLElement>("[data-figure]")) showFigure(cell, size);
  const place = card.querySelector<HTMLElement>("[data-size-verdict]");
  if (place === null) return;
  const verdict = verdictOf([size], board);
  if (isRefused) place.textContent = size.refusal;
  else if (verdict !== null) place.replaceChildren(tag(verdict.text, verdict.isBad));
  else place.textContent = "";
}

function showSizeProblem(section: HTMLElement, text: string): void {
  for (const place of section.querySelectorAll("[data-size-verdict]")) place.textContent = text;
}

function showNeeds(form: HTMLFormElement, section: HTMLElement, needs: Needs): void {
  for (const row of needs.boards)
    for (const name of NAMES) {
      const cell = section.querySelector<HTMLElement>(
        `td[data-board="${CSS.escape(row.board.key)}"][data-figure="${name}"]`,
      );
      const text = cell?.querySelector<HTMLElement>("b");
      if (!cell || !text) continue;
      showFigure(text, row, name);
      const meter = cell.querySelector<HTMLProgressElement>(".meter");
      const value = name === "milliseconds" ? null : row[name];
      if (meter === null) continue;
      meter.value = Math.min(meter.max, value ?? 0);
      meter.classList.toggle("over", isOver(name, row));
    }
  const names = needs.boards.length === 1 ? (needs.boards[0]?.board.name ?? "") : "both boards";
  const verdict = verdictOf(needs.boards, names);
  const place = section.querySelector("[data-needs-verdict]");
  place?.replaceChildren(...(verdict === null ? [] : [tag(verdict.text, verdict.isBad)]));
  const short = form.querySelector("[data-needs-short]");
  const [first] = needs.boards;
  if (short === null || first === undefined) return;
  const parts = [
    `${figureText("ram", first)} RAM`,
    `${figureText("flash", first)} flash`,
    figureText("milliseconds", first),
  ];
  short.textContent = first.ram === null ? "" : parts.filter((part) => part !== "").join(" · ");
}

function showFigure(cell: HTMLElement, figures: CountedFigures, known?: FigureName): void {
  const name = known ?? (cell.dataset["figure"] as FigureName);
  cell.textContent = figureText(name, figures) || (figures.ram === null && figures.refusal === "" ? "…" : "–");
  cell.classList.toggle("over", isOver(name, figures));
}

function tag(text: string, isBad: boolean): HTMLElement {
  const created = document.createElement("span");
  created.className = `tag ${isBad ? "bad" : "ok"}`;
  created.textContent = text;
  return created;
}

function refusalText(needs: Needs): string {
  const refusals = new Set(needs.boards.map(({ refusal }) => refusal).filter((text) => text !== ""));
  return [...refusals].join(" ");
}

function refusalOf(answer: unknown): string {
  const isProblem = typeof answer === "object" && answer !== null && "detail" in answer;
  return isProblem && typeof answer.detail === "string" ? answer.detail : "The server cannot be reached.";
}

function textOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}

function project(): { organisation: string; name: string } {
  const [, organisation = "", name = ""] = location.pathname.split("/");
  return { organisation, name };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, milliseconds));
}

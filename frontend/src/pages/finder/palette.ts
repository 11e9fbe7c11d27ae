// The palette of Django's pages: a field and what fits, in groups, for the keyboard. Each row is a link like any other.
import { isComposing } from "../../look/keys/composing";
import { findHits, HIT_WORDS, type Hit, type HitKind } from "../../look/search";
import { activate } from "../lists/active-row";
import { closesBeside } from "../../look/beside";
import "./palette.css";

/** Milliseconds without a key after which the server is asked. */
const PAUSE = 100;
const TITLE = "Projects, builds, people, files, docs";

export function openPalette(): void {
  const palette = new Palette();
  document.body.append(palette.dialog);
  palette.dialog.showModal();
}

class Palette {
  readonly dialog = document.createElement("dialog");
  private readonly field = document.createElement("input");
  private readonly list = document.createElement("div");
  private readonly status = document.createElement("p");
  private rows: readonly HTMLAnchorElement[] = [];
  private current = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private request = new AbortController();
  /** Whether the answer to what is typed is still to come: what is shown meanwhile fits something else. */
  private isWaiting = false;
  /**
   * The way that Enter asked for before the hits arrived: to open the first hit here or in another tab; null for none.
   */
  private goes: "here" | "beside" | null = null;

  constructor() {
    const { dialog, field, list, status } = this;
    dialog.className = "finder";
    dialog.setAttribute("aria-label", "Search");
    list.id = "finder-list";
    list.className = "finder-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Results");
    status.className = "small muted finder-status";
    status.setAttribute("role", "status");
    field.className = "input";
    field.placeholder = TITLE;
    field.maxLength = 100;
    field.autocomplete = "off";
    field.spellcheck = false;
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-label", TITLE],
      ["aria-expanded", "true"],
      ["aria-controls", list.id],
      ["aria-autocomplete", "list"],
    ] as const)
      field.setAttribute(name, value);
    dialog.append(field, list, status);
    field.addEventListener("input", () => this.look(PAUSE));
    field.addEventListener("keydown", (event) => this.press(event));
    list.addEventListener("pointermove", ({ target }) => {
      const row = target instanceof Element ? target.closest<HTMLAnchorElement>("a") : null;
      if (row !== null && this.rows.indexOf(row) !== this.current) this.choose(this.rows.indexOf(row));
    });
    closesBeside(dialog, () => dialog.close());
    dialog.addEventListener("close", () => {
      clearTimeout(this.timer);
      this.request.abort();
      dialog.remove();
    });
    this.look(0);
  }

  /** Asks for what fits once nothing was typed for a while; an answer that came too late is not shown. */
  private look(wait: number): void {
    clearTimeout(this.timer);
    this.request.abort();
    const request = new AbortController();
    this.request = request;
    this.isWaiting = true;
    this.goes = null;
    this.timer = setTimeout(() => {
      findHits(this.field.value, request.signal).then(
        (hits) => this.show(hits),
        () => {
          if (request.signal.aborted) return;
          this.isWaiting = false;
          // They fit what was typed before.
          this.list.replaceChildren();
          this.rows = [];
          this.choose(0);
          this.status.textContent = "The server did not answer. Try again.";
        },
      );
    }, wait);
  }

  private show(hits: readonly Hit[]): void {
    this.isWaiting = false;
    const query = this.field.value.trim();
    const isRecent = query === "";
    const kinds = [...new Set(hits.map(({ kind }) => kind))];
    const groups = kinds.map((kind) =>
      group(
        kind,
        isRecent,
        hits.filter((hit) => hit.kind === kind),
      ),
    );
    this.list.replaceChildren(...groups, ...(isRecent || hits.length === 0 ? [] : [everything(query)]));
    this.rows = [...this.list.querySelectorAll("a")];
    this.rows.forEach((row, index) => (row.id = `finder-${index}`));
    this.status.textContent =
      hits.length > 0 || isRecent
        ? "↑ ↓ choose, Enter opens, digits 42 finds a build"
        : "No matches. Try fewer letters.";
    this.choose(0);
    if (this.goes !== null && hits.length > 0) this.go(this.goes === "beside");
  }

  private choose(index: number): void {
    activate(this.field, this.rows[this.current], this.rows[index]);
    this.current = index;
  }

  private press(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const last = this.rows.length - 1;
    if (event.key === "ArrowDown") this.choose(this.current >= last ? 0 : this.current + 1);
    else if (event.key === "ArrowUp") this.choose(this.current <= 0 ? Math.max(last, 0) : this.current - 1);
    else if (event.key === "Enter") this.enter(event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  }

  private enter(beside: boolean): void {
    if (this.isWaiting) this.goes = beside ? "beside" : "here";
    else this.go(beside);
  }

  private go(beside: boolean): void {
    const row = this.rows[this.current];
    if (row === undefined) return;
    if (beside) window.open(row.href, "_blank", "noopener");
    else location.assign(row.href);
    this.dialog.close();
  }
}

function group(kind: HitKind, isRecent: boolean, hits: readonly Hit[]): HTMLElement {
  const element = document.createElement("div");
  const title = document.createElement("div");
  const { many, icon } = HIT_WORDS[kind];
  title.className = "label";
  title.id = `finder-group-${kind}`;
  title.textContent = isRecent ? `Recent ${many.toLowerCase()}` : many;
  element.setAttribute("role", "group");
  element.setAttribute("aria-labelledby", title.id);
  element.append(title, ...hits.map((hit) => row(hit, icon)));
  return element;
}

/** Leads to the page that shows more of each kind. */
function everything(query: string): HTMLElement {
  const url = `/search?${new URLSearchParams({ q: query }).toString()}`;
  return row({ kind: "docs", title: "All that fits", detail: "More of each kind, on a page", url }, "search");
}

function row({ title, detail, url }: Hit, icon: string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = url;
  link.tabIndex = -1;
  link.setAttribute("role", "option");
  link.setAttribute("aria-selected", "false");
  const name = document.createElement("b");
  name.className = "cut";
  name.textContent = title;
  const where = document.createElement("span");
  where.className = "cut muted small";
  where.textContent = detail;
  link.append(iconElement(icon), name, where);
  return link;
}

const SVG = "http://www.w3.org/2000/svg";

function iconElement(icon: string): SVGElement {
  const picture = document.createElementNS(SVG, "svg");
  picture.classList.add("icon");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/build/icons.svg#${icon}`);
  picture.append(use);
  return picture;
}

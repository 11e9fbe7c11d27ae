// The page of a project's data with scripts: all samples in one list, filters that answer at once, labels by key, undo. What
// others do is shown within a second.
import { NO_ACCESS, NOT_FOUND, SIGNED_OUT } from "../../declared/closing";
import { followEvents } from "../../api/follow-events";
import { oneAtATime } from "../talk/read";
import { saysSignedOut } from "../sign-in/signed-out";
import { address, type ResponseJson } from "../../api/request";
import { Detail } from "./sample/detail";
import { followQuickCode, SidePanels } from "./side-panels";
import { Changes, sendDeletion, sender, sendParts, type Mark, type Outcome, type ProjectName } from "./changes";
import { DELAY, PendingDeletion } from "./deletion";
import { Grid, numberOf } from "./grid/grid";
import { actionOf, movedIndex, type KeyAction } from "./grid/keys";
import { commonOf, Selection } from "./grid/selection";

const NUMBERS = "/api/v1/projects/{organisation}/{name}/data/samples/numbers";
const RECORDING = "/api/v1/projects/{organisation}/{name}/data/samples/{number}/recording";

/** Milliseconds between two readings of the list that events cause. */
const PAUSE = 400;
const UNREAD = "The list could not be read.";

export class DataPage {
  readonly #page: string;
  readonly #project: ProjectName;
  readonly #grid: Grid;
  readonly #changes: Changes;
  readonly #labels = new Map<string, string>();
  readonly #selection = new Selection();
  readonly #deletion: PendingDeletion;
  readonly #player = new Audio();
  readonly #detail: Detail;
  readonly #sidePanels: SidePanels;
  #revision: number;
  #isRead = false;
  #current = -1;
  #all: readonly number[] = [];
  #isShift = false;
  #last: Promise<void> = Promise.resolve();
  readonly #refresh = oneAtATime(() => this.#read());

  constructor(readonly root: HTMLElement) {
    this.#page = root.dataset["samples"] ?? "";
    // The cards that came with the page are of this revision: they are read again only where it is older by now.
    this.#revision = Number(root.dataset["readAt"]);
    const [organisation = "", name = ""] = this.#page.split("/").slice(1);
    this.#project = { organisation, name };
    this.#changes = new Changes(sender(this.#project));
    if (root.dataset["mayEdit"] !== undefined) {
      for (const { dataset } of root.querySelectorAll<HTMLElement>("[data-label-key]")) {
        if (dataset["labelKey"]) this.#labels.set(dataset["labelKey"], dataset["labelName"] ?? "");
      }
    }
    const list = this.#part("[data-cards]");
    this.#grid = new Grid(list, this.#page, (card) => this.#tick(card));
    for (const part of root.querySelectorAll<HTMLElement>("[data-pages], [data-apply]")) part.hidden = true;
    this.#part("[data-keys]").hidden = false;
    list.addEventListener("keydown", (event) => this.#onKey(event));
    list.addEventListener("focusin", ({ target }) => this.#onFocus(target));
    list.addEventListener("change", ({ target }) => this.#onTick(target));
    const filters = root.querySelector<HTMLFormElement>("[data-filters]");
    filters?.addEventListener("change", () => this.#filter(filters));
    const bulk = root.querySelector<HTMLFormElement>("[data-bulk]");
    bulk?.addEventListener("submit", (event) => this.#bulk(bulk, event));
    this.#detail = new Detail(this.#part("[data-detail]"), this.#page, {
      mark: (mark) => this.#change([mark]),
      cut: (number, parts) =>
        this.#inTurn(
          () => this.#changes.cut(() => sendParts(this.#project, number, parts, this.#revision), this.#revision),
          `Cut into ${parts.length}`,
        ),
    });
    this.#deletion = new PendingDeletion(
      (numbers, isLeaving) => sendDeletion(this.#project, numbers, isLeaving),
      (refusal) => this.#onDeleted(refusal),
    );
    addEventListener("pagehide", () => void this.#deletion.finish(true));
    list.addEventListener("click", ({ shiftKey }) => (this.#isShift = shiftKey), { capture: true });
    const undo = root.querySelector<HTMLButtonElement>("[data-undo]");
    undo?.addEventListener("click", () => void this.#undo());
    this.#sidePanels = new SidePanels(root);
    list.addEventListener("click", (event) => this.#onOpenClick(event));
    root.addEventListener("click", (event) => this.#onCheckClick(event));
    const code = root.querySelector<HTMLFormElement>("[data-quick-code]");
    if (code !== null) followQuickCode(code, this.#part("[data-code-place]"));
    for (const [name, choose] of [
      ["[data-select-all]", () => this.#chooseAll()],
      ["[data-select-none]", () => this.#chooseNone()],
    ] as const) {
      const button = root.querySelector<HTMLButtonElement>(name);
      if (button === null) continue;
      button.hidden = false;
      button.addEventListener("click", choose);
    }
    this.#showChosen();
  }

  async start(): Promise<void> {
    await this.#refresh();
    let isPausing = false;
    let isChanged = false;
    const refresh = (): void => {
      isChanged = false;
      isPausing = true;
      void this.#refresh();
      setTimeout(() => {
        isPausing = false;
        if (isChanged) refresh();
      }, PAUSE);
    };
    followEvents(this.root.dataset["events"] ?? "", {
      onEvent: (type) => {
        if (type !== "data.changed") return;
        // The first change is shown at once; of many in a row, some.
        if (isPausing) isChanged = true;
        else refresh();
      },
      onAway: () => void this.#refresh(),
      refusals: [SIGNED_OUT, NO_ACCESS, NOT_FOUND],
      onRefused: () => void saysSignedOut(),
    });
  }

  #part(selector: string): HTMLElement {
    const part = this.root.querySelector<HTMLElement>(selector);
    if (part === null) throw new Error(`The page has no ${selector}`);
    return part;
  }

  /** Reads which samples there are; their cards are read again where something changed. */
  async #read(): Promise<void> {
    const response = await fetch(`${address("get", NUMBERS, { path: this.#project })}${location.search}`, {
      headers: { Accept: "application/json" },
    }).catch(() => null);
    const status = this.#part("[data-status]"); // beside it, a deletion may still be taken back
    if (response === null || !response.ok) return void (status.textContent = UNREAD);
    if (status.textContent === UNREAD) status.textContent = "";
    const { revision, numbers } = (await response.json()) as ResponseJson<"get", typeof NUMBERS>;
    const isNew = revision !== this.#revision;
    this.#setRevision(revision);
    this.#all = numbers;
    this.#showNumbers();
    if (isNew) {
      this.#grid.forget();
      if (this.#isRead) this.#sidePanels.refresh();
    }
    this.#isRead = true;
  }

  /** Shows the samples that are not being deleted. */
  #showNumbers(): void {
    const deletedNumbers = new Set(this.#deletion.numbers);
    const numbers = deletedNumbers.size === 0 ? this.#all : this.#all.filter((number) => !deletedNumbers.has(number));
    this.#selection.keep(numbers);
    this.#grid.show(numbers);
    const count = `${numbers.length.toLocaleString("en")} sample${numbers.length === 1 ? "" : "s"}`;
    this.#part("[data-count]").textContent = count;
    this.#showChosen();
  }

  #setRevision(revision: number): void {
    this.#revision = revision;
    for (const field of document.querySelectorAll<HTMLInputElement>("[data-revision]")) field.value = String(revision);
  }

  #filter(form: HTMLFormElement): void {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form))
      if (typeof value === "string" && value !== "") query.set(name, value);
    const [name, value] = this.#check().split("=");
    if (name && value) query.set(name, value);
    history.replaceState(null, "", query.size === 0 ? location.pathname : `?${query.toString()}`);
    scrollTo({ top: Math.min(scrollY, this.root.offsetTop) });
    void this.#refresh();
  }

  /** The check that narrows the list, such as `wrong=true`; "" without one. */
  #check(): string {
    return this.root.querySelector<HTMLElement>("[data-check][aria-current]")?.dataset["check"] ?? "";
  }

  /** Narrows the list by a check without another page. */
  #onCheckClick(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-check]") : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    for (const each of this.root.querySelectorAll("[data-check]")) each.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    const filters = this.root.querySelector<HTMLFormElement>("[data-filters]");
    for (const field of filters?.querySelectorAll("input[type=hidden]") ?? []) field.remove();
    if (filters !== null) this.#filter(filters);
  }

  /** A wide page shows the sample beside the others. */
  #onOpenClick(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-open]") : null;
    const isSelecting = this.#labels.size > 0 && (event.shiftKey || event.ctrlKey || event.metaKey);
    if (link === null || !(this.#detail.isUsable || isSelecting)) return;
    event.preventDefault();
    link.focus({ preventScroll: true });
    if (isSelecting) {
      this.#select(event.shiftKey);
      return;
    }
    this.#detail.show(this.#current);
  }

  #chooseAll(): void {
    this.#selection.all(this.#grid.numbers);
    this.#tickAll();
  }

  #chooseNone(): void {
    this.#selection.clear();
    this.#tickAll();
  }

  /** Selects the sample in focus, or all from the one that was selected last. */
  #select(isRange: boolean): void {
    if (isRange) this.#selection.extendTo(this.#current, this.#grid.numbers);
    else this.#selection.set(this.#current, !this.#selection.has(this.#current));
    this.#tickAll();
  }

  #tickAll(): void {
    for (const card of this.root.querySelectorAll<HTMLElement>("[data-cards] > [data-number]")) this.#tick(card);
    this.#showChosen();
  }

  #tick(card: HTMLElement): void {
    const tick = card.querySelector<HTMLInputElement>("input[type=checkbox]");
    if (tick !== null) tick.checked = this.#selection.has(numberOf(card));
  }

  #onFocus(target: EventTarget | null): void {
    const card = target instanceof Element ? target.closest<HTMLElement>("[data-number]") : null;
    if (card === null) return;
    this.#current = numberOf(card);
    this.#detail.show(this.#current);
  }

  #onTick(target: EventTarget | null): void {
    if (!(target instanceof HTMLInputElement) || target.type !== "checkbox") return;
    const number = Number(target.value);
    if (this.#isShift && target.checked) this.#selection.extendTo(number, this.#grid.numbers);
    else this.#selection.set(number, target.checked);
    this.#tickAll();
  }

  #showChosen(): void {
    const summary = this.root.querySelector<HTMLElement>("[data-chosen]");
    if (summary === null) return;
    const { size } = this.#selection;
    summary.textContent = size === 0 ? "None selected" : `${size.toLocaleString("en")} selected`;
    const bar = summary.closest<HTMLElement>("[data-bulk]");
    bar?.classList.toggle("is-active", size > 0);
    bar?.classList.toggle("is-idle", size === 0);
    const cards = this.#selection.numbers.map((number) => this.#grid.card(number)?.dataset ?? {});
    this.#part("[data-chosen-of]").textContent = commonOf(cards);
    // A sample that is not in the page may have either.
    const may = (name: string): boolean => cards.some((card) => name in card || !("number" in card));
    this.#part("[data-for-proposals]").hidden = !may("proposal");
    this.#part("[data-for-excluded]").hidden = !may("excluded");
    for (const each of this.root.querySelectorAll<HTMLButtonElement>("[data-bulk] button")) each.disabled = size === 0;
  }

  #onKey(event: KeyboardEvent): void {
    const proposal = this.#grid.card(this.#current)?.dataset["proposal"];
    const action = actionOf(event, this.#labels, proposal !== undefined && event.target instanceof HTMLAnchorElement);
    if (action === null || (event.target instanceof HTMLInputElement && action.kind === "play")) return;
    event.preventDefault();
    this.#do(action);
  }

  #do(action: KeyAction): void {
    const { numbers, columns } = this.#grid;
    const index = this.#grid.indexOf(this.#current);
    if (action.kind === "undo") void this.#undo();
    if (action.kind === "select-all") this.#chooseAll();
    if (action.kind === "select-none") this.#chooseNone();
    if (index < 0) return;
    if (action.kind === "move") this.#move(movedIndex(index, numbers.length, columns, action), action.selects);
    if (action.kind === "play") this.#play(this.#current);
    if (action.kind === "select" || action.kind === "select-to") this.#select(action.kind === "select-to");
    if (action.kind === "delete") this.#delete(this.#selection.size > 0 ? this.#selection.numbers : [this.#current]);
    if (action.kind === "label" || action.kind === "accept") {
      const selectedNumbers = this.#selection.size > 0 ? this.#selection.numbers : [this.#current];
      const mark = action.kind === "label" ? { label: action.label } : { accepts: true };
      void this.#change(selectedNumbers.map((number) => ({ number, ...mark })));
      if (this.#selection.size === 0)
        this.#focusAt(movedIndex(index, numbers.length, columns, { columns: 1, rows: 0 }));
    }
  }

  #move(index: number, isSelecting: boolean): void {
    if (isSelecting) {
      if (this.#selection.size === 0) this.#selection.set(this.#current, true);
      const number = this.#grid.numbers[index];
      if (number !== undefined) this.#selection.extendTo(number, this.#grid.numbers);
      this.#tickAll();
    }
    this.#focusAt(index);
  }

  #focusAt(index: number): void {
    const number = this.#grid.numbers[index];
    if (number !== undefined) this.#grid.focus(number);
  }

  #play(number: number): void {
    const { kind, locked } = this.#grid.card(number)?.dataset ?? {};
    if (locked !== undefined) this.#say("You may not play this sample, but you may train and test on it.");
    if (locked !== undefined || kind !== "sound") return;
    const audio = this.#detail.audioOf(number);
    if (audio !== null) {
      if (audio.paused) void audio.play().catch(() => this.#say("This sample cannot be played."));
      else audio.pause();
      return;
    }
    const recording = address("get", RECORDING, { path: { ...this.#project, number } });
    const source = new URL(recording, location.href).href;
    if (this.#player.src === source && !this.#player.paused) {
      this.#player.pause();
      return;
    }
    this.#player.src = source;
    void this.#player.play().catch(() => this.#say("This sample cannot be played."));
  }

  #bulk(form: HTMLFormElement, event: SubmitEvent): void {
    event.preventDefault();
    const act = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "label";
    const label = form.querySelector<HTMLInputElement>("input[name=label]")?.value ?? "";
    const mark = (number: number): Mark => {
      if (act === "accept") return { number, accepts: true };
      return act === "label" ? { number, label } : { number, is_excluded: act === "exclude" };
    };
    if (this.#selection.size === 0) return;
    if (act === "delete") this.#delete(this.#selection.numbers);
    else void this.#change(this.#selection.numbers.map(mark));
  }

  /** Deletes samples in some seconds; until then it can be taken back. */
  #delete(numbers: readonly number[]): void {
    const index = this.#grid.indexOf(this.#current);
    const isFocused = numbers.includes(this.#current);
    this.#deletion.add(numbers);
    this.#selection.clear();
    this.#showNumbers();
    if (isFocused) this.#focusAt(Math.min(index, this.#grid.numbers.length - 1));
    const what = `${numbers.length.toLocaleString("en")} sample${numbers.length === 1 ? "" : "s"}`;
    this.#say(`${what} will be deleted in ${DELAY / 1000} seconds.`, true);
  }

  #onDeleted(refusal: string | null): void {
    this.#say(refusal === null ? "Deleted." : `Nothing was deleted. ${refusal}`);
    void this.#refresh();
  }

  async #change(marks: readonly Mark[]): Promise<void> {
    const words = `${marks.length.toLocaleString("en")} changed`;
    await this.#inTurn(() => this.#changes.apply(marks, this.#revision), words);
  }

  async #undo(): Promise<void> {
    if (this.#deletion.undo()) {
      this.#showNumbers();
      this.#say("Nothing was deleted.");
      return;
    }
    await this.#inTurn(() => this.#changes.undo(this.#revision), "Undone");
  }

  /** Does one change after another: keys come faster than answers. */
  async #inTurn(change: () => Promise<Outcome>, words: string): Promise<void> {
    this.#last = this.#last.then(async () => this.#settle(await change(), words));
    await this.#last;
  }

  /** Shows what came of a change. Where others changed something too, all is read again. */
  #settle(outcome: Outcome, words: string): void {
    if (!outcome.done) {
      this.#say(outcome.detail);
      void this.#refresh();
      return;
    }
    if (outcome.alone) this.#setRevision(outcome.revision);
    this.#grid.forget(outcome.before.map(({ number }) => number));
    if (!outcome.alone) void this.#refresh();
    this.#sidePanels.refresh();
    if (outcome.before.some(({ number }) => number === this.#current)) this.#detail.show(this.#current, true);
    this.#say(`${words}.`, this.#changes.canUndo);
  }

  #say(words: string, canUndo = false): void {
    this.#part("[data-status]").textContent = words;
    const undo = this.root.querySelector<HTMLButtonElement>("[data-undo]");
    if (undo !== null) undo.hidden = !canUndo;
  }
}

// Says which wires of the pipeline are watched, and the rune that shows what flows in them; or whether it is timed, and the
// rune that says when each stage ends; or the rune of the text with a fix in it. Asked for again after each edit.
import type { Preview, PreviewBuild, ProjectEvent, Watch, Wire } from "../../../api/schema";
import { MAX_WIRES } from "../../../declared/studio-limits";
import { useMemo } from "react";
import { createStore, useStore, type StoreApi } from "zustand";
import { Problem, sentenceOf } from "../../api/problem";
import type { VariantRequest } from "../../api/watch";

/** Milliseconds after which it is read again although no event said that it is built: events may be lost. */
const POLL_MILLISECONDS = 3000;
/** Milliseconds to wait for another text before the variant of the newest is asked for: more than a person who types needs
 * between two keys. A variant for each key would delay the plain rune of the next. */
const CALM = 500;

export interface VariantState {
  readonly wires: readonly Wire[];
  /** The newest rune that shows them, and the version of the text that it is of. */
  readonly build: PreviewBuild | null;
  readonly of: string | null;
  /** Why there is none. */
  readonly problem: string | null;
  /** The results of tests, where those were asked for. */
  readonly tests: Watch["tests"];
}

interface VariantClient {
  watch(wires: readonly Wire[], request: VariantRequest | null): Promise<Watch>;
  readWatch(id: string): Promise<Watch>;
}

const NOTHING: VariantState = { wires: [], build: null, of: null, problem: null, tests: null };

export class VariantBuild {
  private readonly store = createStore<VariantState>(() => NOTHING);
  readonly state: Omit<StoreApi<VariantState>, "setState"> = this.store;
  /** Counts what was asked, so that an answer to an older question is known as such. */
  private revision = 0;
  private pendingWatch: string | null = null;
  private version: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private variant: VariantRequest | null = null;
  /** Wires that something of the page reads, and that are not shown as watched. */
  private extraWires: readonly Wire[] = [];

  constructor(
    private readonly client: VariantClient,
    private readonly onTooMany: (sentence: string) => void,
  ) {}

  isWatched({ stage, index }: Wire): boolean {
    return this.store.getState().wires.some((wire) => wire.stage === stage && wire.index === index);
  }

  /** Begins or ends to ask for another rune of the text. Not beside wires: those have a store of their own. */
  setVariant(variant: VariantRequest | null): void {
    if (JSON.stringify(variant) === JSON.stringify(this.variant)) return;
    this.variant = variant;
    this.stop();
    if (variant !== null) this.request();
  }

  /** Begins or ends to watch what flows out of a stage. */
  toggle({ stage, index }: Wire): void {
    const { wires } = this.store.getState();
    const others = wires.filter((wire) => wire.stage !== stage || wire.index !== index);
    const isNew = others.length === wires.length;
    if (isNew && wires.length >= MAX_WIRES) {
      this.onTooMany(`At most ${MAX_WIRES} wires are watched at once. Stop watching one of them first.`);
      return;
    }
    if (!isNew && others.length === 0 && this.extraWires.length === 0) {
      this.stop();
      return;
    }
    this.store.setState({ wires: isNew ? [...wires, { stage, index }] : others });
    this.request();
  }

  /** Also reads these wires, in place of those before; they take no part in what is shown as watched. */
  setExtraWires(wires: readonly Wire[]): void {
    if (JSON.stringify(wires) === JSON.stringify(this.extraWires)) return;
    this.extraWires = wires;
    if (this.isNeeded) this.request();
    else this.stop();
  }

  private get isNeeded(): boolean {
    return this.store.getState().wires.length + this.extraWires.length > 0 || this.variant !== null;
  }

  /** The preview was read: of another text it is asked for anew. */
  follow({ build }: Preview): void {
    const version = build?.version ?? null;
    if (version === this.version) return;
    this.version = version;
    if (this.isNeeded) this.requestWhenCalm();
  }

  apply(event: ProjectEvent): void {
    if (event.type !== "preview.watched" || event.data.watch !== this.pendingWatch) return;
    if (event.data.answer === undefined) this.poll(this.revision, event.data.watch);
    else this.receive(this.revision, this.version, event.data.answer);
  }

  /** Forgets what was found, and an answer that is on its way; it is asked for again when the next text is built. */
  stop(): void {
    this.revision += 1;
    this.pendingWatch = null;
    clearTimeout(this.timer);
    this.store.setState(NOTHING);
  }

  /** Drops the request for the text before, and asks for the newest once no other comes. */
  private requestWhenCalm(): void {
    this.revision += 1;
    this.pendingWatch = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.request(), CALM);
  }

  private request(): void {
    this.revision += 1;
    this.pendingWatch = null;
    clearTimeout(this.timer);
    const { revision, version } = this;
    const { wires } = this.store.getState();
    const more = this.extraWires.filter((each) => !this.isWatched(each));
    this.client.watch([...wires, ...more].slice(0, MAX_WIRES), this.variant).then(
      (answer) => this.receive(revision, version, answer),
      (error: unknown) => this.fail(revision, error, () => this.request()),
    );
  }

  private poll(revision: number, id: string): void {
    const { version } = this;
    this.client.readWatch(id).then(
      (answer) => this.receive(revision, version, answer),
      (error: unknown) => this.fail(revision, error, () => this.poll(revision, id)),
    );
  }

  private receive(revision: number, version: string | null, answer: Watch): void {
    if (revision !== this.revision) return;
    clearTimeout(this.timer);
    if (answer.state === "ready") {
      this.pendingWatch = null;
      this.store.setState({ build: answer.build, of: version, problem: null, tests: answer.tests });
    } else if (answer.state === "building") {
      this.pendingWatch = answer.id;
      this.timer = setTimeout(() => this.poll(revision, answer.id), POLL_MILLISECONDS);
      this.store.setState({ problem: null });
    } else {
      this.pendingWatch = null;
      this.store.setState({ problem: answer.error ?? "It could not be built." });
    }
  }

  /** Says why there is none, and tries again where that may pass. */
  private fail(revision: number, error: unknown, again: () => void): void {
    if (revision !== this.revision) return;
    clearTimeout(this.timer);
    this.store.setState({ problem: sentenceOf(error) });
    if (mayPass(error)) this.timer = setTimeout(again, POLL_MILLISECONDS);
  }
}

/** Whether the same request may be answered later: nothing came, or the server is in trouble. */
function mayPass(error: unknown): boolean {
  return !(error instanceof Problem) || error.status === 0 || error.status === 429 || error.status >= 500;
}

/** The wires that are watched, for drawings: another object whenever they change. */
export function useWatching(store: VariantBuild): {
  readonly isWatched: (wire: Wire) => boolean;
  readonly toggle: (wire: Wire) => void;
} {
  const { wires } = useStore(store.state);
  return useMemo(
    () => ({
      isWatched: ({ stage, index }: Wire) => wires.some((wire) => wire.stage === stage && wire.index === index),
      toggle: (wire: Wire) => store.toggle(wire),
    }),
    [store, wires],
  );
}

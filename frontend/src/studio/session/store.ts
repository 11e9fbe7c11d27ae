// Holds the session for the page: applies events in order, reads what they point at, and tells React.
// Network enters by the client and the event stream that are given; the text is not here (see document/).
import type { ProjectEvent, ProjectState } from "../../api/schema";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { ProjectClient } from "../api/client";
import {
  afterEvent,
  sessionOf,
  withAnswer,
  withPreview,
  type StateRequest,
  type ProjectSession,
} from "./project-session";

/** A part of the state that can be read without the others. */
type Part = Exclude<StateRequest, { readonly what: "state" }>;

export class SessionStore {
  private readonly store: StoreApi<ProjectSession>;
  readonly state: Omit<StoreApi<ProjectSession>, "setState">;
  private readonly reads = new Map<string, { again: boolean }>();
  private readonly watchedBuilds = new Set<string>();

  constructor(
    state: ProjectState,
    private readonly client: ProjectClient,
    private readonly onError: (error: unknown) => void,
    /** Has the event stream call `refetch`, which keeps the events that come meanwhile: they are newer than what is read. */
    private readonly readState: () => void,
  ) {
    this.store = createStore<ProjectSession>(() => sessionOf(state));
    this.state = this.store;
  }

  apply(event: ProjectEvent): void {
    const { session, reading } = afterEvent(this.store.getState(), event);
    this.store.setState(session);
    if (reading?.what === "state") this.readState();
    else if (reading !== null) this.read(reading);
  }

  /** Read the whole state again, while no event is applied. Answers its sequence number. */
  async refetch(): Promise<number> {
    const state = await this.client.state();
    this.store.setState({ ...state });
    for (const build of this.watchedBuilds) this.read({ what: "log", build });
    this.refreshPreview();
    return state.sequence;
  }

  /** Have a preview made anew that is not of the newest text: to read it starts nothing. Its events tell what becomes of it. */
  refreshPreview(): void {
    if (!this.store.getState().preview.current) this.client.refreshPreview().catch(this.onError);
  }

  /** Read the preview of the newest text. */
  readPreview(): void {
    this.read({ what: "preview" });
  }

  connected(connected: boolean): void {
    this.store.setState({ connected });
  }

  /** Follow a build's log from now on. */
  watch(build: string): void {
    if (this.watchedBuilds.has(build)) return;
    this.watchedBuilds.add(build);
    this.read({ what: "log", build });
  }

  /** Ask for a build of the text as the server has it. Answers the build's id. */
  async build(): Promise<string> {
    const build = await this.client.build();
    this.store.setState({ builds: withAnswer(this.store.getState().builds, build) });
    this.watch(build.id);
    return build.id;
  }

  /** End a build; the page says so as soon as the server did, whether or not its event is here yet. */
  async cancel(id: string): Promise<void> {
    const build = await this.client.cancel(id);
    this.store.setState({ builds: withAnswer(this.store.getState().builds, build) });
  }

  /** Read one thing, once at a time: asked while it is being read, it is read once more after. */
  private read(reading: Part): void {
    if (reading.what === "log" && !this.watchedBuilds.has(reading.build)) return;
    const key = reading.what === "log" ? `log ${reading.build}` : reading.what;
    const active = this.reads.get(key);
    if (active !== undefined) {
      active.again = true;
      return;
    }
    const state = { again: false };
    this.reads.set(key, state);
    this.fetch(reading)
      .catch(this.onError)
      .finally(() => {
        this.reads.delete(key);
        if (state.again) this.read(reading);
      });
  }

  private async fetch(reading: Part): Promise<void> {
    switch (reading.what) {
      case "preview": {
        const preview = await this.client.preview();
        this.store.setState(withPreview(this.store.getState(), preview));
        return;
      }
      case "log": {
        const lines = await this.client.log(reading.build);
        this.store.setState({ logs: { ...this.store.getState().logs, [reading.build]: lines } });
      }
    }
  }
}

// Holds the session for the page: applies events in order, reads what they point at, and tells React.
// Network enters by the client and the event stream that are given; the text is not here (see document/).
import type { ProjectClient } from "../api/client";
import type { ProjectEvent } from "../api/events";
import type { ProjectState } from "../api/types";
import { afterEvent, sessionOf, withAnswer, withPreview, type Reading, type Session } from "./state";

export class SessionStore {
  private session: Session;
  private readonly listeners = new Set<() => void>();
  private readonly reads = new Map<string, { again: boolean }>();
  private readonly watched = new Set<string>();

  constructor(
    state: ProjectState,
    private readonly client: ProjectClient,
    private readonly onError: (error: unknown) => void,
  ) {
    this.session = sessionOf(state);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): Session => this.session;

  apply(event: ProjectEvent): void {
    const { session, reading } = afterEvent(this.session, event);
    this.become(session);
    if (reading !== null) this.read(reading);
  }

  /** Read the whole state again, as after a gap in the events. Answers its sequence number. */
  async refetch(): Promise<number> {
    const state = await this.client.state();
    this.become({ ...this.session, ...state });
    for (const build of this.watched) this.read({ what: "log", build });
    this.refreshPreview();
    return state.sequence;
  }

  /** Have a preview made anew that is not of the newest text: to read it starts nothing. Its events tell what becomes of it. */
  refreshPreview(): void {
    if (!this.session.preview.current) this.client.refreshPreview().catch(this.onError);
  }

  connected(connected: boolean): void {
    this.become({ ...this.session, connected });
  }

  /** Follow a build's log from now on. */
  watch(build: string): void {
    if (this.watched.has(build)) return;
    this.watched.add(build);
    this.read({ what: "log", build });
  }

  /** Ask for a build of the text as the server has it. Answers the build's id. */
  async build(): Promise<string> {
    const build = await this.client.build();
    this.become({ ...this.session, builds: withAnswer(this.session.builds, build) });
    this.watch(build.id);
    return build.id;
  }

  /** End a build; the page says so as soon as the server did, whether or not its event is here yet. */
  async cancel(id: string): Promise<void> {
    const build = await this.client.cancel(id);
    this.become({ ...this.session, builds: withAnswer(this.session.builds, build) });
  }

  private become(session: Session): void {
    this.session = session;
    for (const listener of this.listeners) listener();
  }

  /** Read one thing, once at a time: asked while it is being read, it is read once more after. */
  private read(reading: Reading): void {
    if (reading.what === "log" && !this.watched.has(reading.build)) return;
    const key = reading.what === "log" ? `log ${reading.build}` : reading.what;
    const under = this.reads.get(key);
    if (under !== undefined) {
      under.again = true;
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

  private async fetch(reading: Reading): Promise<void> {
    switch (reading.what) {
      case "preview":
        this.become(withPreview(this.session, await this.client.preview()));
        return;
      case "log": {
        const lines = await this.client.log(reading.build);
        this.become({ ...this.session, logs: { ...this.session.logs, [reading.build]: lines } });
        return;
      }
      case "state":
        await this.refetch();
    }
  }
}

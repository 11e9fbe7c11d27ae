// The state of a phone that records: its step, the request, and the recordings that it saved.
import { createStore } from "zustand";
import type { CollectClient } from "./sending/client";
import { CollectProblem, type Task } from "./sending/client";
import { Outbox } from "./sending/outbox";
import type { RecordingStorage } from "./sending/storage";

export type CollectPhase = "starting" | "no-access" | "unreachable" | "code" | "terms" | "declined" | "recording";

export interface SessionState {
  readonly phase: CollectPhase;
  readonly task: Task | null;
  readonly problem: string | null;
}

export class CollectSession {
  readonly state = createStore<SessionState>(() => ({ phase: "starting", task: null, problem: null }));
  readonly outbox: Outbox;
  /** That of the link, until its code was right. */
  #token = "";

  constructor(
    readonly client: CollectClient,
    storage: RecordingStorage,
  ) {
    this.outbox = new Outbox(storage, (recording) => client.add(recording));
    this.outbox.state.subscribe(({ stopReason, problem }, before) => {
      if (stopReason === before.stopReason || stopReason === null) return;
      if (stopReason === "no-access") this.state.setState({ phase: "no-access", problem });
      else void this.start(null);
    });
  }

  /** Reads the task anew, for labels and counts that changed, and whether this phone may still record. */
  async refresh(): Promise<void> {
    if (this.state.getState().phase !== "recording") return;
    try {
      const task = await this.client.state();
      this.state.setState({ task, phase: task.has_agreed ? "recording" : "terms", problem: null });
    } catch (error) {
      if (!(error instanceof CollectProblem)) throw error;
      if (error.trouble === "no-access") await this.#onFailure(error);
    }
  }

  /** Opens the page, with the token of a code where one was scanned. */
  async start(token: string | null): Promise<void> {
    await this.outbox.open();
    await this.#do(() => (token === null ? this.client.state() : this.#enter(token)));
    if (this.state.getState().phase === "recording") void this.outbox.flush();
  }

  async agree(): Promise<void> {
    const { task } = this.state.getState();
    if (task === null) return;
    await this.#do(() => this.client.agree(task.terms.text, chosenPurposes(task)));
    if (this.state.getState().phase === "recording") void this.outbox.flush();
  }

  /** Ticks a use of the recordings, or not: other terms follow, which are read before one agrees. */
  async choose(purpose: string, isOn: boolean): Promise<void> {
    const { task } = this.state.getState();
    if (task === null) return;
    const others = chosenPurposes(task).filter((each) => each !== purpose);
    await this.#do(() => this.client.state(isOn ? [...others, purpose] : others));
  }

  /** Nothing that was recorded stays on the phone, and the phone's access ends. */
  async decline(): Promise<void> {
    await this.outbox.clear();
    await this.client.leave().catch(() => undefined);
    this.state.setState({ phase: "declined", problem: null });
  }

  /** Lets a guest in, with the code that they typed. */
  async typeCode(code: string): Promise<void> {
    await this.#do(() => this.client.enter(this.#token, code));
  }

  /** A code that was used already may have been used by this very phone. */
  async #enter(token: string): Promise<Task> {
    this.#token = token;
    try {
      return await this.client.enter(token);
    } catch (error) {
      if (!(error instanceof CollectProblem) || error.trouble === "offline") throw error;
      if (error.trouble === "code") return this.#guest(error);
      const task = await this.client.state().catch(() => null);
      if (task === null) throw new CollectProblem("no-access", error.message);
      return task;
    }
  }

  /** A guest who was let in before is not asked for the code again. */
  async #guest(error: CollectProblem): Promise<Task> {
    if (localStorage.getItem(this.client.base) === null) throw error;
    const task = await this.client.state().catch(() => null);
    if (task === null) throw error;
    return task;
  }

  async #do(request: () => Promise<Task>): Promise<void> {
    try {
      const task = await request();
      if (task.is_guest) localStorage.setItem(this.client.base, "in");
      this.state.setState({ task, phase: task.has_agreed ? "recording" : "terms", problem: null });
    } catch (error) {
      if (!(error instanceof CollectProblem)) throw error;
      await this.#onFailure(error);
    }
  }

  async #onFailure({ trouble, message }: CollectProblem): Promise<void> {
    if (trouble === "code" || (this.state.getState().phase === "code" && trouble !== "no-access")) {
      this.state.setState(({ phase }) => ({ phase: "code", problem: phase === "code" ? message : null }));
      return;
    }
    if (trouble === "offline" || trouble === "later") {
      this.state.setState(({ task }) => ({ phase: task === null ? "unreachable" : "terms", problem: message }));
      return;
    }
    const { task } = this.state.getState();
    if (task !== null && trouble !== "no-access") {
      // The terms have changed since they were read: they are read again.
      const newer = await this.client.state().catch(() => task);
      this.state.setState({ task: newer, phase: "terms", problem: message });
      return;
    }
    await this.outbox.clear();
    this.state.setState({ phase: "no-access", problem: message });
  }
}

function chosenPurposes(task: Task): string[] {
  return task.choices.filter((each) => each.is_chosen).map((each) => each.purpose);
}

// Who else is in the project and where: what each page says of itself, and what the server says of who speaks.
// Built on Yjs awareness, in the form that stock clients of y-codemirror use for their cursor.
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { createStore, type StoreApi } from "zustand/vanilla";

export interface PresentPerson {
  readonly id: string;
  readonly name: string;
  readonly initials: string;
  readonly colour: number;
  /** True for a program that works for a person. */
  readonly agent?: boolean;
}

/** One page of a person. */
export interface Present {
  readonly client: number;
  readonly person: PresentPerson;
  /** The id of the file that is shown there, or null. */
  readonly file: string | null;
  /** Where its cursor is, as positions that move with the text; null while the text has no focus. */
  readonly cursor: { readonly anchor: Y.RelativePosition; readonly head: Y.RelativePosition } | null;
}

/** How often a moving cursor is sent at most, in milliseconds. */
const PACE = 60;

function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
}

/** The person of a state. The server wrote it; a malformed one is passed over all the same. */
function personOf(value: unknown): PresentPerson | null {
  const user = asRecord(value);
  if (user === null || typeof user["id"] !== "string" || typeof user["name"] !== "string") return null;
  const initials = typeof user["initials"] === "string" ? user["initials"] : user["name"].slice(0, 2).toUpperCase();
  return {
    id: user["id"],
    name: user["name"],
    initials,
    colour: typeof user["colour"] === "number" ? user["colour"] : 1,
    agent: user["agent"] === true,
  };
}

function cursorOf(value: unknown): Present["cursor"] {
  const cursor = asRecord(value);
  if (cursor === null || asRecord(cursor["anchor"]) === null || asRecord(cursor["head"]) === null) return null;
  try {
    return {
      anchor: Y.createRelativePositionFromJSON(cursor["anchor"]),
      head: Y.createRelativePositionFromJSON(cursor["head"]),
    };
  } catch {
    return null;
  }
}

/** Parses another page's state, or returns null for data that is not a state. */
export function presentOf(client: number, state: unknown): Present | null {
  const record = asRecord(state);
  const person = personOf(record?.["user"]);
  if (record === null || person === null) return null;
  return {
    client,
    person,
    file: typeof record["file"] === "string" ? record["file"] : null,
    cursor: cursorOf(record["cursor"]),
  };
}

export class Presence {
  private readonly store = createStore<readonly Present[]>(() => []);
  /** The other pages, by client, so that their order does not jump. */
  readonly state: Omit<StoreApi<readonly Present[]>, "setState"> = this.store;
  private file: string | null = null;
  private cursor: { readonly anchor: unknown; readonly head: unknown } | null = null;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private isScheduled = false;

  constructor(
    private readonly awareness: Awareness,
    private readonly me: PresentPerson,
  ) {
    awareness.on("change", () => this.read());
  }

  /** Say which file is shown. Its cursor is sent when it is set. */
  show(file: string | null): void {
    if (file === this.file) return;
    this.file = file;
    this.cursor = null;
    this.publish();
  }

  /** Say where the cursor is in the text that is shown; null when it is nowhere. */
  point(text: Y.Text, selection: { readonly anchor: number; readonly head: number } | null): void {
    const place = (index: number): unknown =>
      Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, index));
    this.cursor = selection === null ? null : { anchor: place(selection.anchor), head: place(selection.head) };
    this.publish();
  }

  private publish(): void {
    if (this.pause !== undefined) {
      this.isScheduled = true;
      return;
    }
    this.awareness.setLocalState({ user: { ...this.me }, file: this.file, cursor: this.cursor });
    this.pause = setTimeout(() => {
      this.pause = undefined;
      if (!this.isScheduled) return;
      this.isScheduled = false;
      this.publish();
    }, PACE);
  }

  private read(): void {
    const others = [...this.awareness.getStates()]
      .filter(([client]) => client !== this.awareness.clientID)
      .flatMap(([client, state]) => presentOf(client, state) ?? [])
      .sort((one, other) => one.client - other.client);
    this.store.setState(others, true);
  }
}

/** One entry a person, each with the page that was seen last; oneself is not among them. */
export function peopleOf(present: readonly Present[], me: string): readonly Present[] {
  const byPerson = new Map<string, Present>();
  for (const each of present) {
    const knownPresence = byPerson.get(each.person.id);
    if (
      each.person.id !== me &&
      (knownPresence === undefined || (knownPresence.cursor === null && each.cursor !== null))
    )
      byPerson.set(each.person.id, each);
  }
  return [...byPerson.values()];
}

// Whether the server has stored what was typed. The y-websocket protocol has no acknowledgement, so we read one out of it:
// a server answers a sync step 1 from what it has stored, and its answer holds every deletion and, when we ask for them
// back, our own insertions. Pure; the sockets are in connection.ts.
import * as Y from "yjs";

/** Where a run of deleted characters begins, and how long it is. */
export interface DeletedRun {
  readonly clock: number;
  readonly len: number;
}

type Runs = ReadonlyMap<number, readonly DeletedRun[]>;

/** Up to which clock the server is known to have the insertions of each client that is ours: this page's, and those of
 * earlier visits whose edits were kept. */
export type StoredClocks = ReadonlyMap<number, number>;

/** The proof in an answer that the server has an edit. */
export interface StoredProof {
  readonly clocks: StoredClocks;
  readonly deletions: Runs;
}

/** The state vector to ask with: all that the document has, but of our own insertions only those known to be stored. */
export function requestVector(doc: Y.Doc, storedClocks: StoredClocks): Uint8Array {
  const vector = Y.decodeStateVector(Y.encodeStateVector(doc));
  for (const [client, clock] of storedClocks) {
    if (clock > 0) vector.set(client, clock);
    else vector.delete(client);
  }
  return Y.encodeStateVector(vector);
}

/** Read an answer (the update in a sync step 2), knowing up to which clocks our insertions were stored before. */
export function readProof(answer: Uint8Array, storedClocks: StoredClocks): StoredProof {
  const { structs, ds } = Y.decodeUpdate(answer);
  const clocks = new Map(storedClocks);
  for (const { id, length } of structs) {
    const clock = clocks.get(id.client);
    // A gap before the first one would prove nothing of what is in it.
    if (clock !== undefined && id.clock <= clock) clocks.set(id.client, Math.max(clock, id.clock + length));
  }
  return { clocks, deletions: ds.clients };
}

function merged(runs: readonly DeletedRun[]): DeletedRun[] {
  const mergedRuns: DeletedRun[] = [];
  for (const run of [...runs].sort((one, other) => one.clock - other.clock)) {
    const last = mergedRuns.at(-1);
    if (last !== undefined && run.clock <= last.clock + last.len) {
      mergedRuns[mergedRuns.length - 1] = {
        clock: last.clock,
        len: Math.max(last.len, run.clock + run.len - last.clock),
      };
    } else {
      mergedRuns.push(run);
    }
  }
  return mergedRuns;
}

/** Whether every deletion of `mine` is among `theirs`, however the runs are cut. */
export function covers(theirs: Runs, mine: Runs): boolean {
  for (const [client, runs] of mine) {
    const theirRuns = merged(theirs.get(client) ?? []);
    for (const run of merged(runs)) {
      if (!theirRuns.some((each) => each.clock <= run.clock && run.clock + run.len <= each.clock + each.len))
        return false;
    }
  }
  return true;
}

/** Whether the server has all that this document holds. */
export function isStored(doc: Y.Doc, proof: StoredProof): boolean {
  return (
    [...proof.clocks].every(([client, clock]) => clock >= Y.getState(doc.store, client)) &&
    covers(proof.deletions, Y.createDeleteSetFromStructStore(doc.store).clients)
  );
}

export type SaveState = "saved" | "saving" | "offline" | "offline-unsent" | "closed";

/** The save status that the page shows. */
export function saveState(connected: boolean, unsent: boolean): SaveState {
  if (!connected) return unsent ? "offline-unsent" : "offline";
  return unsent ? "saving" : "saved";
}

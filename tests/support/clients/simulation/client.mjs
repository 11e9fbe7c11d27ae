// A Yjs client on a bad network: real yjs and y-protocols, a small provider of its own, and frames that are dropped,
// delayed, repeated and overtaken, in both directions.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../../frontend/package.json", import.meta.url));
export const Y = require("yjs");
const sync = require("y-protocols/sync");
const encoding = require("lib0/encoding");
const decoding = require("lib0/decoding");

const SYNC = 0;
const STEP_2 = 1;
const RECONNECT = 60;
/** Milliseconds between two tries to reach a server that is away. */

/** The faults of a network on frames. */
export const GOOD = { drop: 0, repeat: 0, delay: 0, longest: 0 };
export const BAD = { drop: 0.04, repeat: 0.05, delay: 0.25, longest: 40 };
export const WORST = { drop: 0.02, repeat: 0.1, delay: 0.6, longest: 120 };

export class Client {
  /** `installation` has `servers` (addresses), `headers`; `heard(client, event)` gets the texts that come from the server. */
  constructor(installation, project, chance, heard) {
    this.installation = installation;
    this.project = project;
    this.chance = chance;
    this.doc = new Y.Doc();
    this.network = GOOD;
    this.wanted = false;
    this.synced = false;
    this.closedFor = null;
    /** Own clock up to which the server said that it has all. */
    this.stored = 0;
    this.socket = null;
    this.doc.on("update", (update, origin) => {
      if (origin !== this) this.send(frame((encoder) => sync.writeUpdate(encoder, update)));
    });
    this.files.observeDeep((events, transaction) => {
      if (transaction.origin === this) for (const event of events) heard(this, event);
    });
  }

  get files() {
    return this.doc.getMap("files");
  }

  connect(server = this.chance.below(this.installation.servers.length)) {
    this.wanted = true;
    this.open(server);
  }

  open(server) {
    this.drop();
    const address = this.installation.servers[server % this.installation.servers.length];
    const socket = new WebSocket(`${address.replace("http", "ws")}/ws/projects/${this.project}/collab`, {
      headers: { ...this.installation.headers, Origin: address },
    });
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    let ended = false;
    const end = (code, reason) => {
      if (ended || this.socket !== socket) return;
      ended = true;
      this.socket = null;
      this.synced = false;
      if (code >= 4400 && code < 4500) this.closedFor = `${code} ${reason}`;
      else if (this.wanted) this.again = setTimeout(() => this.wanted && this.open(server + 1), RECONNECT);
    };
    socket.onopen = () => {
      if (this.socket === socket) this.send(frame((encoder) => sync.writeSyncStep1(encoder, this.doc)));
    };
    socket.onmessage = ({ data }) => this.carry(() => this.socket === socket && this.receive(new Uint8Array(data)));
    socket.onclose = ({ code, reason }) => end(code, reason);
    socket.onerror = () => setTimeout(() => end(1006, ""));
  }

  /** Lets go of the socket; what is on the way in the network is lost. */
  drop() {
    clearTimeout(this.again);
    const socket = this.socket;
    this.socket = null;
    this.synced = false;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.onerror = () => undefined;
      socket.close();
    }
  }

  disconnect() {
    this.wanted = false;
    this.drop();
  }

  receive(data) {
    const decoder = decoding.createDecoder(data);
    if (decoding.readVarUint(decoder) !== SYNC) return;
    const answer = encoding.createEncoder();
    encoding.writeVarUint(answer, SYNC);
    const kind = sync.readSyncMessage(decoder, answer, this.doc, this);
    if (encoding.length(answer) > 1) this.send(encoding.toUint8Array(answer));
    if (kind === STEP_2) {
      this.synced = true;
      this.onAnswer?.(data);
    }
  }

  /** Asks the server for all it has from the start: its answer says which of our own characters are stored. */
  ask() {
    this.onAnswer = (data) => {
      const decoder = decoding.createDecoder(data);
      decoding.readVarUint(decoder);
      decoding.readVarUint(decoder);
      const probe = new Y.Doc();
      Y.applyUpdate(probe, decoding.readVarUint8Array(decoder));
      const has = Y.decodeStateVector(Y.encodeStateVector(probe)).get(this.doc.clientID) ?? 0;
      this.stored = Math.max(this.stored, has);
      probe.destroy();
    };
    this.send(frame((encoder) => sync.writeSyncStep1(encoder, new Y.Doc())));
  }

  send(data) {
    const socket = this.socket;
    this.carry(() => {
      if (socket !== null && this.socket === socket && socket.readyState === WebSocket.OPEN) socket.send(data);
    });
  }

  /** Takes a frame over the network. */
  carry(arrive) {
    const { drop, repeat, delay, longest } = this.network;
    if (this.chance.happens(drop)) return;
    const times = this.chance.happens(repeat) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      if (this.chance.happens(delay)) setTimeout(arrive, this.chance.below(longest));
      else arrive();
    }
  }

  destroy() {
    this.disconnect();
    this.doc.destroy();
  }
}

function frame(write) {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  write(encoder);
  return encoding.toUint8Array(encoder);
}

// A stock Yjs client: yjs and y-websocket as npm has them, told what to do by JSON lines on stdin, answering on stdout.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../../frontend/package.json", import.meta.url));
const Y = require("yjs");
const { WebsocketProvider } = require("y-websocket");

const { url, project, cookie, ...asked } = JSON.parse(process.argv[2]);
let { origin } = asked;

/** Node's own WebSocket, with the headers that a browser sends by itself. */
class WithHeaders extends WebSocket {
  constructor(address) {
    super(address, { headers: { Cookie: cookie, Origin: origin } });
    // Node 20 tells of a connection that was refused by an error alone; a browser closes it too, which y-websocket
    // waits for.
    this.addEventListener("error", () => setTimeout(() => this.onclose?.({ code: 1006, reason: "" })));
  }
}

const doc = new Y.Doc();
const provider = new WebsocketProvider(`${url}/ws/projects/${project}`, "collab", doc, {
  WebSocketPolyfill: WithHeaders,
  disableBc: true,
  maxBackoffTime: 200,
});
let closed = null;
provider.on("closed", (event) => {
  closed = event;
});

function textOf(path) {
  for (const file of doc.getMap("files").values()) {
    if (file.get("path") === path && !file.get("deleted")) return file.get("text");
  }
  return null;
}

const commands = {
  type: ({ path, text }) => textOf(path).insert(textOf(path).length, text),
  insert: ({ path, at, text }) => textOf(path).insert(at, text),
  disconnect: () => provider.disconnect(),
  // A laptop that sleeps says nothing to anyone: frames are lost in both directions while the socket seems open.
  sleep: () => {
    provider.ws.onmessage = null;
    provider.ws.send = () => undefined;
  },
  // When it wakes, its old connection is noticed to be dead.
  wake: () => {
    provider.ws.close();
    provider.ws.onclose?.({ code: 1006, reason: "" });
  },
  go: ({ url: other }) => {
    provider.disconnect();
    provider.serverUrl = `${other.replace("http", "ws")}/ws/projects/${project}`;
    origin = other;
    provider.connect();
  },
  connect: () => provider.connect(),
  present: ({ state }) => provider.awareness.setLocalState(state),
  look: () => undefined,
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  commands[command.do](command);
  const answer = {
    text: textOf(command.path ?? "Runefile.yml")?.toString() ?? null,
    synced: provider.synced,
    connected: provider.wsconnected,
    closed,
    people: [...provider.awareness.getStates().values()],
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
provider.destroy();
process.exit(0);

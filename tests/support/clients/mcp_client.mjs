// A stock client of the Model Context Protocol, as npm has it, told what to do by JSON lines on stdin, answering on stdout.
// `library` is `client`, the official client of today, or `sdk`, that of the protocol before 2026.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../../frontend/package.json", import.meta.url));
const { library, address, token, mode } = JSON.parse(process.argv[2]);

/** The classes of a library: both have the same names for them. */
function classes() {
  if (library === "client") return require("@modelcontextprotocol/client");
  return {
    ...require("@modelcontextprotocol/sdk/client/index.js"),
    ...require("@modelcontextprotocol/sdk/client/streamableHttp.js"),
  };
}

const { Client, StreamableHTTPClientTransport } = classes();
const client = new Client({ name: "stock", version: "1.0.0" }, mode ? { versionNegotiation: { mode } } : {});
const headers = { Authorization: `Bearer ${token}` };

const commands = {
  connect: async () => {
    await client.connect(new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } }));
    return { server: client.getServerVersion()?.name, instructions: client.getInstructions() };
  },
  tools: async () => (await client.listTools()).tools,
  resources: async () => (await client.listResources()).resources,
  call: async ({ name, arguments: values }) => await client.callTool({ name, arguments: values }),
  close: async () => {
    await client.close();
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: command, ...rest } = JSON.parse(line);
  let answer;
  try {
    answer = { answer: await commands[command](rest) };
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

import { expect, test } from "vitest";
import { ProjectClient } from "./client";
import type { Fetch } from "../../api/request";
import { Problem } from "./problem";

interface SentRequest {
  readonly address: string;
  readonly init: RequestInit;
}

function answering(response: () => Response | Promise<Response>): { client: ProjectClient; requests: SentRequest[] } {
  const requests: SentRequest[] = [];
  const fetch: Fetch = async (address, init = {}) => {
    requests.push({ address, init });
    return response();
  };
  return {
    client: new ProjectClient(
      "acme",
      "keywords",
      { token: "token", explain: (error) => Promise.resolve(error) },
      fetch,
    ),
    requests,
  };
}

test("a write carries the session's token", async () => {
  const { client, requests } = answering(() => Response.json({ tag: "1.0.0" }));
  await client.publish("1.0.0", "b1", '"state"');
  expect(requests[0]?.address).toBe("/api/v1/projects/acme/keywords/tags");
  expect(requests[0]?.init.headers).toMatchObject({ "X-CSRFToken": "token", "If-Match": '"state"' });
  expect(requests[0]?.init.body).toBe('{"tag":"1.0.0","build":"b1","notes":""}');
});

test("a new text is made by the server, empty", async () => {
  const { client, requests } = answering(() => new Response(null, { status: 201 }));
  await client.createText("notes/a.md");
  expect(requests[0]).toMatchObject({
    address: "/api/v1/projects/acme/keywords/files/notes/a.md",
    init: { method: "PUT", body: "" },
  });
});

test("a refusal is thrown as its problem", async () => {
  const { client } = answering(
    () => new Response(JSON.stringify({ title: "Taken", detail: "1.0.0 is published." }), { status: 409 }),
  );
  await expect(client.publish("1.0.0", "b1", '"state"')).rejects.toThrow(
    new Problem(409, "Taken", "1.0.0 is published."),
  );
});

test("a network that is gone is thrown as a problem too", async () => {
  const { client } = answering(() => Promise.reject(new TypeError("Failed to fetch")));
  await expect(client.state()).rejects.toThrow("cannot be reached");
});

test("a write with the token of the session before is sent once more with the new one", async () => {
  const tokens: (string | null)[] = [];
  const credentials = {
    token: "old",
    explain: (error: unknown) => {
      credentials.token = "new";
      return Promise.resolve(error);
    },
  };
  const client = new ProjectClient("acme", "keywords", credentials, (_, init = {}) => {
    tokens.push(new Headers(init.headers).get("X-CSRFToken"));
    return Promise.resolve(tokens.length === 1 ? new Response("{}", { status: 403 }) : Response.json({ tag: "1.0.0" }));
  });
  await client.publish("1.0.0", "b1", '"state"');
  expect(tokens).toEqual(["old", "new"]);
});

test("a refusal because of the session is reported as that", async () => {
  const signedOut = new Problem(401, "You are signed out", "You are signed out. Sign in again; your edits are kept.");
  const client = new ProjectClient("acme", "keywords", { token: "t", explain: () => Promise.resolve(signedOut) }, () =>
    Promise.resolve(new Response("{}", { status: 404 })),
  );
  await expect(client.state()).rejects.toBe(signedOut);
});

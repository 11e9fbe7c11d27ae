// The compiler refuses what the API's description has not; `tsc` reads the lines that expect an error.
import { expect, test } from "vitest";
import { address, addressOf, escapePath, type ResponseJson, type Body } from "./request";

const PROJECT = { organisation: "acme", name: "key words" };

test("a path's letters are escaped and its slashes stay", () => {
  expect(escapePath("models/a b?#.tflite")).toBe("models/a%20b%3F%23.tflite");
});

test("parameters are filled in, escaped; a slash stays in a file's path alone", () => {
  const path = { organisation: "a/b", name: "key words", path: "notes/a b.md" };
  expect(address("get", "/api/v1/projects/{organisation}/{name}/files/{path}", { path })).toBe(
    "/api/v1/projects/a%2Fb/key%20words/files/notes/a%20b.md",
  );
});

test("what is undefined is left out of the query", () => {
  const path = "/api/v1/projects/{organisation}/{name}/versions";
  expect(address("get", path, { path: PROJECT, query: { cursor: undefined } })).toBe(
    "/api/v1/projects/acme/key%20words/versions",
  );
  expect(addressOf("/search", { query: { q: "a&b", most: 3 } })).toBe("/search?q=a%26b&most=3");
});

test("a path, parameter, body or answer that the description has not is an error of the compiler", () => {
  // @ts-expect-error there is no such path
  address("get", "/api/v1/serch", {});
  // @ts-expect-error the path does not answer this method
  address("post", "/api/v1/search", {});
  // @ts-expect-error the query has no such parameter
  address("get", "/api/v1/search", { query: { words: "a" } });
  // @ts-expect-error the path's parameter is missing
  address("get", "/api/v1/samples/{sample_id}/recording");
  // @ts-expect-error the body has no such field
  const body: Body<"put", "/api/v1/projects/{organisation}/{name}/favourite"> = { favorite: true };
  type Phones = ResponseJson<"get", "/api/v1/projects/{organisation}/{name}/phones">;
  const read = (answer: Phones): number => answer.phones;
  // @ts-expect-error the answer has no such field
  const wrong = (answer: Phones): unknown => answer.telephones;
  expect([body, read, wrong]).toHaveLength(3);
});

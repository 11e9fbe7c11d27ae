import { expect, test } from "vitest";
import { nextTag } from "./PublishDialog";
import { outside } from "./ShareDialog";

test("the first tag is 0.1.0 and the next one counts on from the newest", () => {
  expect(nextTag([])).toBe("0.1.0");
  expect(nextTag(["0.1.9", "latest", "0.1.10", "0.0.99"].map((tag) => ({ tag })))).toBe("0.1.11");
});

test("a link for others begins with the address that they reach", () => {
  expect(outside("https://forge.example", "/acme/keywords/builds/4")).toBe("https://forge.example/acme/keywords/builds/4");
  expect(outside("https://forge.example", "https://forge.example/acme/keywords")).toBe("https://forge.example/acme/keywords");
});

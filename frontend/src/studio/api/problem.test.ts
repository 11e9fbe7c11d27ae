import { expect, test } from "vitest";
import { Problem, problemFrom, sentenceOf } from "./problem";

test("a problem's detail is what a person reads", () => {
  const problem = problemFrom(
    422,
    JSON.stringify({ title: "Not a model", detail: "The file ends in the middle of its tensors." }),
  );
  expect(problem.message).toBe("The file ends in the middle of its tensors.");
  expect(problem.status).toBe(422);
});

test("an offset beside the detail is said once", () => {
  expect(
    problemFrom(422, JSON.stringify({ title: "x", detail: "The table leads out of the file.", offset: 40 })).message,
  ).toBe("The table leads out of the file. (at byte 40)");
  expect(
    problemFrom(422, JSON.stringify({ title: "x", detail: "The table at byte 40 leads out.", offset: 40 })).message,
  ).toBe("The table at byte 40 leads out.");
});

test("an answer that is no problem+json is explained by its status", () => {
  expect(problemFrom(413, "<html>").message).toContain("larger than this server accepts");
  expect(problemFrom(502, "<html>").message).toContain("502");
});

test("a request that reached nothing says so and what to do", () => {
  expect(problemFrom(0, "").message).toContain("Check the connection");
  expect(sentenceOf(new TypeError("Failed to fetch"))).toContain("Check the connection");
  expect(sentenceOf(new Problem(403, "No", "You may not."))).toBe("You may not.");
});

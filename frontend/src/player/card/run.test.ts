import { expect, test } from "vitest";
import { later } from "./run";

test("silence after a word does not take the word away, another word does", () => {
  const word = (text: string, isQuiet = false) => ({ text, share: null, isQuiet });
  expect(later(null, word("silence", true))?.text).toBe("silence");
  expect(later(word("yes"), word("silence", true))?.text).toBe("yes");
  expect(later(word("yes"), word("no"))?.text).toBe("no");
  expect(later(word("yes"), null)?.text).toBe("yes");
});

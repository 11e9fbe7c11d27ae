import { expect, test } from "vitest";
import { Boundary, fetchedAnew, lostText, PartNotLoaded } from "./boundary";

test("a part whose code did not arrive is distinguished from one that failed", async () => {
  const lost = await fetchedAnew(() => Promise.reject(new TypeError("Failed to fetch")))().catch(
    (error: unknown) => error,
  );
  expect(lost).toBeInstanceOf(PartNotLoaded);
  expect(lostText(lost as Error)).toBe("This part could not be loaded.");
  expect(lostText(new Error("no room"))).toBe("This part stopped because of an error: no room");
});

test("a fetch that failed is made again", async () => {
  let tries = 0;
  const fetchPart = fetchedAnew(() => {
    tries += 1;
    return tries === 1 ? Promise.reject(new Error("lost")) : Promise.resolve("here");
  });
  await expect(fetchPart()).rejects.toBeInstanceOf(PartNotLoaded);
  expect(await fetchPart()).toBe("here");
});

test("whatever is thrown becomes an error that can be said", () => {
  expect(Boundary.getDerivedStateFromError("odd").error.message).toBe("odd");
});

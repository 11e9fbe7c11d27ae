import { expect, test } from "vitest";
import type { VersionPage } from "../../api/schema";
import { withNewest, withOlder } from "./version-listing";

const page = (next: string | null, ...numbers: number[]): VersionPage =>
  ({ results: numbers.map((number) => ({ number })), next }) as unknown as VersionPage;
const numbersOf = ({ versions }: { readonly versions: readonly { readonly number: number }[] }): number[] =>
  versions.map(({ number }) => number);

test("an older page that comes twice is listed once", () => {
  const once = withOlder(withNewest(null, page("?cursor=a", 4, 3)), page(null, 2, 1));
  const twice = withOlder(once, page(null, 2, 1));
  expect(numbersOf(twice)).toEqual([4, 3, 2, 1]);
  expect(twice.next).toBeNull();
});

test("the newest page read anew keeps the older versions, and where they end", () => {
  const listing = withOlder(withNewest(null, page("?cursor=a", 4, 3)), page("?cursor=b", 2));
  const again = withNewest(listing, page("?cursor=c", 5, 4));
  expect(numbersOf(again)).toEqual([5, 4, 3, 2]);
  expect(again.next).toBe("?cursor=b");
});

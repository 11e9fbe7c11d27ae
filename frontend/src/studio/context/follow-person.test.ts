// Going where another person goes: when it moves the page, and what ends it.
import { expect, it } from "vitest";
import { createStore } from "zustand/vanilla";
import type { Present } from "../document/sync/presence";
import { isWork, startFollowing } from "./follow-person";

const ANA = { id: "a", name: "Ana", initials: "AN", colour: 2 };

const at = (file: string | null): Present => ({ client: 7, person: ANA, file, cursor: null });

function page() {
  const presence = createStore<readonly Present[]>(() => []);
  const places = createStore<{ readonly following: string | null }>(() => ({ following: null }));
  const went: (string | null)[] = [];
  const messages: string[] = [];
  const followPerson = (following: string | null): void => places.setState({ following });
  startFollowing(
    {
      presence: { state: presence },
      store: { state: createStore(() => ({ me: { id: "me" } })) },
      toasts: { say: (text: string) => messages.push(text) },
    } as unknown as Parameters<typeof startFollowing>[0],
    {
      state: places,
      followPerson,
      goToPerson: (present: Present) => went.push(present.file),
    } as unknown as Parameters<typeof startFollowing>[1],
    { addEventListener: () => undefined },
  );
  return { presence, places, went, messages, followPerson };
}

it("goes where the person goes, and says so once", () => {
  const { presence, went, messages, followPerson } = page();
  presence.setState([at("one")], true);
  presence.setState([at("two")], true);
  expect(went).toEqual([]);
  followPerson("a");
  presence.setState([at("two")], true);
  presence.setState([at("three")], true);
  expect(went).toEqual(["three"]);
  expect(messages).toEqual(["Following Ana. Type or press Escape to stop."]);
});

it("ends by work of one's own, and not by looking around or choosing again", () => {
  const inside = (place: string) => ({ closest: (selector: string) => (selector.includes(place) ? {} : null) });
  expect(isWork({ key: "x", target: inside(".cm-editor") })).toBe(true);
  expect(isWork({ key: null, target: inside(".cm-editor") })).toBe(true);
  expect(isWork({ key: "Escape", target: inside(".people") })).toBe(true);
  expect(isWork({ key: "Shift", target: inside(".cm-editor") })).toBe(false);
  expect(isWork({ key: null, target: inside(".toasts") })).toBe(false);
  expect(isWork({ key: "Enter", target: inside(".people") })).toBe(false);
  expect(isWork({ key: null, target: null })).toBe(false);
});

it("ends when the person leaves, and says so", () => {
  const { presence, places, messages, followPerson } = page();
  presence.setState([at("one")], true);
  followPerson("a");
  presence.setState([], true);
  expect(places.getState().following).toBeNull();
  expect(messages.at(-1)).toBe("The person you were following has left.");
});

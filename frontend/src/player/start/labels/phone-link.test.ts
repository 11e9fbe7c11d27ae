import { expect, test } from "vitest";
import type { PhoneState } from "../server";
import { isConnected, PhoneLink } from "./phone-link";

const WAITING: PhoneState = { digits: "", browser: "", sent: 0, isOver: false };

function linkTo(states: Record<string, PhoneState>): { link: PhoneLink; codes: string[][] } {
  const codes: string[][] = [];
  const link = new PhoneLink(
    {
      phone: (label, labels) => {
        codes.push([label, ...labels]);
        return Promise.resolve({ link: `code-${codes.length}`, url: "", picture: "", minutes: 5 });
      },
      phoneState: (code) => Promise.resolve(states[code] ?? WAITING),
      endPhone: (code) => {
        states[code] = { ...WAITING, isOver: true };
        return Promise.resolve();
      },
    },
    "sound",
  );
  return { link, codes };
}

test("a phone that is connected records for all labels, so another card shows the same code", async () => {
  const states: Record<string, PhoneState> = {};
  const { link, codes } = linkTo(states);
  await link.open(1, "knock", ["knock", "background"]);
  states["code-1"] = { digits: "4721", browser: "Chrome on Android", sent: 3, isOver: false };
  await link.open(2, "background", ["knock", "background"]);
  expect(codes).toEqual([["knock", "knock", "background"]]);
  expect(link.state.getState()).toMatchObject({ openLabel: 2, phone: { digits: "4721", sent: 3 } });
});

test("a code that nobody scanned is made anew, and one that was ended shows no digits", async () => {
  const states: Record<string, PhoneState> = {};
  const { link, codes } = linkTo(states);
  await link.open(1, "knock", ["knock"]);
  await link.open(1, "knock", ["knock"]);
  expect(codes).toHaveLength(2);
  states["code-2"] = { digits: "0042", browser: "", sent: 0, isOver: false };
  await link.refresh();
  expect(isConnected(link.state.getState().phone)).toBe(true);
  await link.end();
  expect(isConnected(link.state.getState().phone)).toBe(false);
});

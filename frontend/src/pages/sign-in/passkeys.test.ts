import { describe, expect, it } from "vitest";
import { reason, signingInAlone } from "./passkeys";

describe("a passkey that is added", () => {
  it("is found by the device and asks who is there, whatever the server left open", () => {
    const overrides = { authenticatorSelection: { residentKey: "discouraged", userVerification: "preferred" } };
    const options = { challenge: "x", rp: { name: "x" }, user: { id: "x", name: "x", displayName: "x" } };
    const creation = signingInAlone({ ...options, pubKeyCredParams: [], ...overrides } as Parameters<
      typeof signingInAlone
    >[0]);
    expect(creation.authenticatorSelection).toEqual({
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    });
    expect(creation.challenge).toBe("x");
  });
});

describe("a passkey that was not given", () => {
  it("says what to do", () => {
    expect(reason(Object.assign(new Error("x"), { name: "NotAllowedError" }))).toContain("try again");
    expect(reason(Object.assign(new Error("x"), { name: "InvalidStateError" }))).toContain("already");
    expect(reason(new Error("The server answered 429. Load the page again."))).toContain("429");
    expect(reason("x")).toBe("The browser could not use a passkey.");
  });
});

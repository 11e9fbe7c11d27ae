import { writeFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { load } from "..";

const PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2Vw\n-----END PUBLIC KEY-----\n";
const ADDRESS = "https://forge.example/d/acme/door-knock/device";

afterEach(() => vi.unstubAllGlobals());

async function folder(): Promise<string> {
  return mkdtemp(`${tmpdir()}/keys-`);
}

test.each([
  ["publicKey", PEM, "server-away"],
  ["root", "{}", "signature-refused"],
] as const)("%s is a text or the path of its file", async (option, text, name) => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("", { status: 503 })));
  const place = await folder();
  await writeFile(`${place}/file`, text);
  for (const value of [text, `${place}/file`])
    await expect(load(ADDRESS, { [option]: value, cache: false })).rejects.toMatchObject({
      name,
      message: expect.not.stringContaining("neither") as string,
    });
});

test.each(["publicKey", "root"] as const)("%s that is neither is refused", async (option) => {
  const place = await folder();
  await writeFile(`${place}/other`, "no key");
  for (const value of [`${place}/nowhere`, `${place}/other`, "no key"])
    await expect(load(ADDRESS, { [option]: value, cache: false })).rejects.toMatchObject({
      name: "signature-refused",
      message: `\`${option}\` is neither the text itself nor the path of its file: ${value.slice(0, 80)}`,
    });
});

// Builds @hammer-forge/rune from src/sdk: modules and types in static/build/sdk, and the tarball that npm installs.
import { execFileSync } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { rolldown } from "rolldown";

const ROOT = new URL("../", import.meta.url).pathname;
const OUT = `${ROOT}../static/build/sdk`;
const PACKAGE = `${OUT}/package`;
/** Each is a file of its own: entries of the package, and what a page loads by its address. */
const ENTRIES = {
  index: "src/sdk/index.ts",
  react: "src/sdk/react.ts",
  svelte: "src/sdk/svelte.ts",
  worker: "src/sdk/worker.ts",
  "microphone.worklet": "src/preview/sources/sensors/microphone.worklet.ts",
};
const PUBLIC = ["index", "react", "svelte"];

const { version } = JSON.parse(await readFile(`${ROOT}package.json`, "utf8"));

await rm(OUT, { recursive: true, force: true });
await mkdir(PACKAGE, { recursive: true });

const bundle = await rolldown({
  input: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, ROOT + file])),
  external: ["react"],
  tsconfig: `${ROOT}tsconfig.json`,
});
await bundle.write({ dir: PACKAGE, format: "esm", minify: true, chunkFileNames: "[name].js" });
await bundle.close();

const types = ["--declaration", "--emitDeclarationOnly", "--noEmit", "false", "--rootDir", "src", "--outDir"];
execFileSync(
  process.execPath,
  [`${ROOT}node_modules/typescript/bin/tsc`, "-p", `${ROOT}tsconfig.sdk.json`, ...types, `${PACKAGE}/types`],
  { cwd: ROOT, stdio: "inherit" },
);

const entry = (name) => ({ types: `./types/sdk/${name}.d.ts`, default: `./${name}.js` });
const manifest = {
  name: "@hammer-forge/rune",
  version,
  description: "Loads runes of Hammer Forge and runs them in pages and in Node.",
  license: "Apache-2.0",
  type: "module",
  sideEffects: ["./worker.js", "./microphone.worklet.js"],
  engines: { node: ">=20" },
  exports: Object.fromEntries(PUBLIC.map((name) => [name === "index" ? "." : `./${name}`, entry(name)])),
  peerDependencies: { react: ">=17" },
  peerDependenciesMeta: { react: { optional: true } },
};
await writeFile(`${PACKAGE}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
await cp(`${ROOT}../LICENSE`, `${PACKAGE}/LICENSE`);
await cp(`${ROOT}src/sdk/README.md`, `${PACKAGE}/README.md`);
// The npm that runs this script, which need not be on the path.
const npm = process.env.npm_execpath;
const [program, first] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
execFileSync(program, [...first, "pack", "--silent", "--pack-destination", OUT], { cwd: PACKAGE, stdio: "ignore" });

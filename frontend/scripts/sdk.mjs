// Builds @hammer-forge/rune from src/sdk: modules and types in static/build/sdk, and the tarball that npm installs.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
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
  player: "src/sdk/player/index.ts",
  deployment: "src/sdk/deployment/index.ts",
  telemetry: "src/sdk/telemetry/index.ts",
  samples: "src/sdk/telemetry/samples/index.ts",
  worker: "src/sdk/worker.ts",
  "microphone.worklet": "src/preview/sources/sensors/microphone.worklet.ts",
};
const PUBLIC = { index: "index", react: "react", svelte: "svelte", player: "player/index" };
/** In the single file for pages of other sites, the scripts are texts, because a worker of another origin is refused. */
const SINGLE_FILE = "rune-player.js";
/** The files that the single file loads: where a page demands signed documents, where a deployment counts, and where
 * it hears and may ask for samples. The server serves each by its digest. */
const LOADED_FILES = {
  deployment: "rune-player-deployment.js",
  telemetry: "rune-player-telemetry.js",
  samples: "rune-player-samples.js",
};

const { version } = JSON.parse(await readFile(`${ROOT}package.json`, "utf8"));

await rm(OUT, { recursive: true, force: true });
await mkdir(PACKAGE, { recursive: true });

const bundle = await rolldown({
  input: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, ROOT + file])),
  external: ["react"],
  tsconfig: `${ROOT}tsconfig.json`,
});
// One chunk for what the entries share: each further chunk compresses on its own, and a page loads this one anyway.
const shared = {
  groups: [
    {
      name: "sdk",
      test: /src\/(?:sdk\/(?!player\/|deployment\/|telemetry\/|signature|react|svelte|worker)|runtime|preview\/(?:picture|motion))/,
    },
  ],
};
await bundle.write({
  dir: PACKAGE,
  format: "esm",
  minify: true,
  sourcemap: true,
  chunkFileNames: "[name].js",
  codeSplitting: shared,
});
await bundle.close();

/** A script that stands alone, as text. */
async function scriptText(file) {
  const script = await rolldown({ input: ROOT + file, tsconfig: `${ROOT}tsconfig.json` });
  const { output } = await script.generate({ format: "iife", minify: true });
  await script.close();
  return output[0].code;
}

const address = (text) => `URL.createObjectURL(new Blob([${JSON.stringify(text)}], { type: "text/javascript" }))`;
const asText = `
export const openWorker = () => new Worker(${address(await scriptText(ENTRIES.worker))});
export const microphoneScript = () => ${address(await scriptText(ENTRIES["microphone.worklet"]))};`;

/** A file without imports, where the files that the plugin names are replaced by other code. */
async function singleFile(entry, replaced = {}) {
  const load = (file) => {
    const code = Object.entries(replaced).find(([name]) => file.endsWith(name))?.[1];
    return code === undefined ? null : { code, moduleType: "js" };
  };
  const script = await rolldown({
    input: ROOT + entry,
    tsconfig: `${ROOT}tsconfig.json`,
    plugins: [{ name: "replaced", load }],
  });
  const { output } = await script.generate({ format: "esm", minify: true, codeSplitting: false });
  await script.close();
  return output[0].code;
}

const pinned = ['import { pinnedModule } from "./player/pinned-module";'];
for (const [name, file] of Object.entries(LOADED_FILES)) {
  const code = await singleFile(ENTRIES[name]);
  await writeFile(`${OUT}/${file}`, code);
  const digest = (algorithm, encoding) => createHash(algorithm).update(code).digest(encoding);
  const address = `new URL("${digest("sha256", "hex")}.js", import.meta.url)`;
  const integrity = `"sha384-${digest("sha384", "base64")}"`;
  pinned.push(`export const ${name}Module = () => pinnedModule(${address}, ${integrity}, import.meta.url);`);
}
const single = await singleFile(ENTRIES.player, {
  "/sdk/scripts.ts": [asText, ...pinned].join("\n"),
  // Every browser has workers, so the runtime is there once, in the worker's text.
  "/sdk/engine-here.ts": 'export const openHere = () => Promise.reject(new Error("This browser has no workers."));',
});
await writeFile(`${OUT}/${SINGLE_FILE}`, single);

const types = ["--declaration", "--emitDeclarationOnly", "--noEmit", "false", "--rootDir", "src", "--outDir"];
execFileSync(
  process.execPath,
  [`${ROOT}node_modules/typescript/bin/tsc`, "-p", `${ROOT}tsconfig.sdk.json`, ...types, `${PACKAGE}/types`],
  { cwd: ROOT, stdio: "inherit" },
);

const entry = (name) => ({ types: `./types/sdk/${PUBLIC[name]}.d.ts`, default: `./${name}.js` });
const manifest = {
  name: "@hammer-forge/rune",
  version,
  description: "Loads runes of Hammer Forge and runs them in pages and in Node.",
  license: "Apache-2.0",
  type: "module",
  sideEffects: ["./worker.js", "./microphone.worklet.js", "./player.js"],
  engines: { node: ">=20.16" },
  exports: Object.fromEntries(Object.keys(PUBLIC).map((name) => [name === "index" ? "." : `./${name}`, entry(name)])),
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

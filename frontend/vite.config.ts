// How the front end becomes files in static/build: eight entries with a manifest for Django's template tag, and a few
// scripts with fixed names, which are read as text or added by their address and so cannot be modules with imports.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import react from "@vitejs/plugin-react";
import { build, defineConfig, type Plugin } from "vite";

const ROOT = new URL(".", import.meta.url).pathname;

/** Scripts that stand alone, by the name that they keep: frame.js is inlined in /frame/ with a nonce, worker.js is posted
 * into that frame as text, and blocks.js into another, language.js starts Pyodide,
 * player-worker.js is the player's service worker, microphone.js is an AudioWorklet module,
 * pictures.js resizes pictures, learner.js learns what is taught, pico.js is a virtual board. */
const LONE_SCRIPTS: Readonly<Record<string, string>> = {
  "frame.js": "src/runtime/frame/document.ts",
  "worker.js": "src/runtime/frame/worker.ts",
  "language.js": "src/language/worker.ts",
  "blocks.js": "src/blocks/worker.ts",
  "player-worker.js": "src/player/phone/service-worker.ts",
  "microphone.js": "src/preview/sources/sensors/microphone.worklet.ts",
  "pictures.js": "src/preview/picture/worker.ts",
  "learner.js": "src/player/teach/worker.ts",
  "pico.js": "src/device/virtual/worker.ts",
};

/** The emulator of the Pico reads a clock by `eval` where there is no `performance`, which is nowhere that it runs here. */
function withoutEval(): Plugin {
  const clock = "eval('require')('perf_hooks').performance";
  return {
    name: "without-eval",
    transform(code, id) {
      return id.includes("/rp2040js/") && code.includes(clock) ? code.replace(clock, "performance") : null;
    },
  };
}

async function bundleLoneScript(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    root: ROOT,
    logLevel: "warn",
    publicDir: false,
    plugins: [withoutEval()],
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      lib: { entry: ROOT + entry, formats: ["iife"], name: "lone", fileName: () => "lone.js" },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  for (const output of outputs) {
    if (!("output" in output)) continue;
    const chunk = output.output.find((part) => part.type === "chunk");
    if (chunk !== undefined) return chunk.code;
  }
  throw new Error(`${entry} gave no script`);
}

function loneScripts(): Plugin {
  return {
    name: "lone-scripts",
    apply: "build",
    async generateBundle() {
      for (const [fileName, entry] of Object.entries(LONE_SCRIPTS)) {
        this.emitFile({ type: "asset", fileName, source: await bundleLoneScript(entry) });
      }
    },
  };
}

/**
 * The interpreters of models that a rune leaves to its host: fetched by a page when such a rune comes, and posted into
 * the frame. The build of LiteRT without relaxed SIMD gives the same numbers in every browser.
 */
const LITERT = "node_modules/@litertjs/core/";
const TFJS = "node_modules/@tensorflow/tfjs-core/";

/** The interpreters' files under names that change with their content, and interpreters.json, which lists them. */
function interpreters(): Plugin {
  const version = async (folder: string): Promise<string> => {
    const { version } = JSON.parse(await readFile(`${ROOT}${folder}package.json`, "utf8")) as { version: string };
    return version;
  };
  return {
    name: "interpreters",
    apply: "build",
    async generateBundle() {
      const emit = (name: string, ending: string, source: string | Uint8Array): string => {
        const digest = createHash("sha256").update(source).digest("base64url").slice(0, 8);
        const fileName = `assets/${name}-${digest}.${ending}`;
        this.emitFile({ type: "asset", fileName, source });
        return fileName;
      };
      const script = await readFile(`${ROOT}${LITERT}wasm/litert_wasm_compat_internal.js`, "utf8");
      const binary = await readFile(`${ROOT}${LITERT}wasm/litert_wasm_compat_internal.wasm`);
      const tfjs = await bundleLoneScript("src/runtime/interpreters/tfjs.ts");
      const list = {
        litert: {
          name: `LiteRT.js ${await version(LITERT)}`,
          script: emit("litert", "js", script),
          binary: emit("litert", "wasm", binary),
          size: script.length + binary.length,
        },
        tfjs: {
          name: `TensorFlow.js ${await version(TFJS)}`,
          script: emit("tfjs", "js", tfjs),
          binary: null,
          size: tfjs.length,
        },
      };
      this.emitFile({ type: "asset", fileName: "interpreters.json", source: JSON.stringify(list) });
    },
  };
}

/** Every browser that runs the pages reads woff2: the older form of each face would be dead weight in the style sheet. */
const WOFF2_ONLY = {
  postcssPlugin: "woff2-only",
  Declaration: {
    src: (declaration: { value: string }) => {
      declaration.value = declaration.value.replace(/,\s*url\([^)]*\.woff\)\s*format\(["']woff["']\)/g, "");
    },
  },
};

/** Parts of libraries that a first load would carry for nothing: the carets of others, which the studio draws itself, and a
 * console drawn into the page, which comes along with two warnings of Yjs; lib0's other console writes the same lines. */
const LEFT_OUT = [
  { find: /^\.\/y-remote-selections\.js$/, replacement: `${ROOT}src/studio/editor/no-remote-selections.ts` },
  { find: /^lib0\/logging$/, replacement: `${ROOT}node_modules/lib0/logging.node.js` },
];

/** Icons that the first load shares with parts that come later: one chunk, since each chunk costs some hundred bytes of headers. */
const SHARED_ICONS = /lucide-react\/dist\/esm\/icons\/(?:copy|folder-open|mic|play|plus|rotate-ccw|trash)\.mjs$/;

/** Small modules that the first load shares with parts that come later, for the same reason. */
const SHARED_MODULES =
  /src\/(?:studio\/(?:document\/files\/(?:paths|runefile)|session\/(?:named-files|uploads\/incoming-files))|api\/request)\.ts$/;

export default defineConfig({
  root: ROOT,
  base: "/static/build/",
  publicDir: false,
  resolve: { alias: LEFT_OUT },
  plugins: [react(), loneScripts(), interpreters()],
  css: { postcss: { plugins: [WOFF2_ONLY] } },
  build: {
    outDir: "../static/build",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // Fonts and pictures stay files: the pages' policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Kilobytes before compression; the studio with its editor is one chunk of 170 kB compressed.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // A constant is written where it is used: else each file of src/declared is a request of its own.
      optimization: { inlineConst: { mode: "all", pass: 1 } },
      output: {
        codeSplitting: {
          groups: [
            { name: "icons", test: SHARED_ICONS },
            { name: "shared", test: SHARED_MODULES },
          ],
        },
      },
      input: {
        look: "src/look/look.css",
        studio: "src/studio/main.tsx",
        player: "src/player/main.tsx",
        phone: "src/player/phone/main.tsx",
        collect: "src/player/collect/main.tsx",
        welcome: "src/player/welcome/main.ts",
        cards: "src/player/card/main.ts",
        pages: "src/pages/main.ts",
      },
    },
  },
});

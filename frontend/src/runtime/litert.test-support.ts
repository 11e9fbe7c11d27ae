// LiteRT.js under Node, for tests: the very files that a page fetches, read by the bundler.
import script from "../../node_modules/@litertjs/core/wasm/litert_wasm_compat_internal.js?raw";
import binary from "../../node_modules/@litertjs/core/wasm/litert_wasm_compat_internal.wasm?url&inline";
import { modelOpener } from "./interpreters/open";
import type { OpenModel } from "./interpreters/interpreter";

/** Under Node the script wants what a CommonJS module has. */
const AROUND = `import { createRequire } from "node:module";
const require = createRequire("file:///"), __dirname = "/", __filename = "/litert.js";
`;

export function bytesOf(address: string): ArrayBuffer {
  return Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), (letter) => letter.charCodeAt(0)).buffer;
}

/** Opens TensorFlow Lite models; other interpreters cannot be had. */
export async function liteRtUnderNode(): Promise<OpenModel> {
  const source = `${AROUND}${script}\nexport default ModuleFactory;`;
  const address = `data:text/javascript;base64,${btoa(source)}`;
  const module = (await import(/* @vite-ignore */ address)) as { default: unknown };
  const started = { name: "LiteRT.js", left: module.default, binary: bytesOf(binary) };
  return modelOpener((name) => (name === "litert" ? Promise.resolve(started) : Promise.reject(new Error(`no ${name} here`))));
}

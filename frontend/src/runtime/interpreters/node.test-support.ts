// The interpreters under Node, for tests: of LiteRT.js the very files that a page fetches, read by the bundler.
import script from "../../../node_modules/@litertjs/core/wasm/litert_wasm_compat_internal.js?raw";
import binary from "../../../node_modules/@litertjs/core/wasm/litert_wasm_compat_internal.wasm?url&inline";
import { env } from "@tensorflow/tfjs-core";
import { modelOpener } from "./open";
import type { OpenModel } from "./interpreter";
import { openTfjsModel } from "./tfjs";

/** Under Node the script wants what a CommonJS module has. */
const AROUND = `import { createRequire } from "node:module";
const require = createRequire("file:///"), __dirname = "/", __filename = "/litert.js";
`;

export function bytesOf(address: string): ArrayBuffer {
  return Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), (letter) => letter.charCodeAt(0)).buffer;
}

/** Opens models of all formats that a page runs. */
export async function interpretersUnderNode(): Promise<OpenModel> {
  const source = `${AROUND}${script}\nexport default ModuleFactory;`;
  const address = `data:text/javascript;base64,${btoa(source)}`;
  const module = (await import(/* @vite-ignore */ address)) as { default: unknown };
  const interpreters = {
    litert: { name: "LiteRT.js", left: module.default, binary: bytesOf(binary) },
    tfjs: { name: "TensorFlow.js", left: openTfjsModel, binary: null },
  };
  env().set("IS_TEST", true);
  return modelOpener((name) => Promise.resolve(interpreters[name]));
}

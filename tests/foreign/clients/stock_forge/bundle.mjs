// Bundles the page as an app's build does. Arguments: the folder of node_modules, the page, the folder to write to.
// React is the app's own: a hook works with the React that draws.
import path from "node:path";
import { pathToFileURL } from "node:url";

const [, , modules, page, folder] = process.argv;
const { build } = await import(pathToFileURL(path.join(modules, "vite/dist/node/index.js")).href);
const names = ["react", "react-dom", "@hotg-ai/forge", "@hotg-ai/rune"];

await build({
  configFile: false,
  root: folder,
  logLevel: "error",
  publicDir: false,
  // webpack 4, with which these apps were built, defines `global`.
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  resolve: {
    alias: names.map((name) => ({ find: new RegExp(`^${name}(?=/|$)`), replacement: path.join(modules, name) })),
  },
  build: {
    outDir: folder,
    emptyOutDir: false,
    lib: { entry: page, formats: ["iife"], name: "page", fileName: () => "page.js" },
  },
});

// Bundles a page as an app's build does. Arguments: the folder of node_modules, the folder of the package, the page, the
// folder to write to. React is the app's own: a hook works with the React that draws.
import path from "node:path";
import { pathToFileURL } from "node:url";

const [, , modules, rune, page, folder] = process.argv;
const { build } = await import(pathToFileURL(path.join(modules, "vite/dist/node/index.js")).href);
const own = ["react", "react-dom"].map((name) => ({
  find: new RegExp(`^${name}(?=/|$)`),
  replacement: path.join(modules, name),
}));

await build({
  configFile: false,
  root: folder,
  logLevel: "error",
  publicDir: false,
  define: { "process.env.NODE_ENV": '"production"' },
  resolve: { alias: [...own, { find: /^@hammer-forge\/rune\/react$/, replacement: path.join(rune, "react.js") }] },
  build: { outDir: folder, emptyOutDir: false, rolldownOptions: { input: page } },
});

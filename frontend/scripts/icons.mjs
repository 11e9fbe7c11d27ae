// Writes static/build/icons.svg: the few of Lucide's icons that Django's templates name, as one sprite.
// Runs after Vite, which empties static/build. Lucide is ISC-licensed; the sprite says so.
import { readFile, readdir, writeFile } from "node:fs/promises";

const ROOT = new URL("../../", import.meta.url);
const PACKAGE = new URL("../node_modules/lucide-react/", import.meta.url);
const ESCAPES = { "&": "&amp;", "<": "&lt;", '"': "&quot;" };

const escape = (text) => String(text).replace(/[&<"]/g, (character) => ESCAPES[character]);

/** The names that templates, Python files and template.json files ask for. */
async function namesInUse() {
  const names = new Set(["box", "mic", "pencil", "camera", "smartphone", "sliders-horizontal", "activity"]);
  for (const [folder, pattern] of [
    ["templates", /{%\s*icon\s+"([a-z0-9-]+)"/g],
    ["examples", /"icon":\s*"([a-z0-9-]+)"/g],
    ["rune/capabilities", /\bicon="([a-z0-9-]+)"/g],
    ["forge", /\bicon="([a-z0-9-]+)"/g],
  ]) {
    const files = await readdir(new URL(`${folder}/`, ROOT), { recursive: true }).catch(() => []);
    for (const file of files.filter((name) => /\.(html|json|py)$/.test(name))) {
      const text = await readFile(new URL(`${folder}/${file}`, ROOT), "utf8");
      for (const match of text.matchAll(pattern)) names.add(match[1]);
    }
  }
  return [...names].sort();
}

/** The suffix of an icon that is drawn as a shape and not as lines: `star-filled`. */
const FILLED = "-filled";

async function symbol(name) {
  const fill = name.endsWith(FILLED) ? "currentColor" : "none";
  const module = await import(new URL(`dist/esm/icons/${name.replace(FILLED, "")}.mjs`, PACKAGE)).catch(() => {
    throw new Error(`Lucide has no icon called ${name}; a template or an example's template.json asks for it`);
  });
  if (module.__iconData === undefined) {
    throw new Error(`Lucide's ${name} is another icon's old name; ask for that one`);
  }
  const shapes = module.__iconData.node.map(([tag, attributes]) => {
    const written = Object.entries(attributes).filter(([attribute]) => attribute !== "key");
    return `<${tag} ${written.map(([attribute, value]) => `${attribute}="${escape(value)}"`).join(" ")}/>`;
  });
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="${fill}" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">${shapes.join("")}</symbol>`;
}

const symbols = await Promise.all((await namesInUse()).map(symbol));
const sprite = `<svg xmlns="http://www.w3.org/2000/svg"><!-- Icons: Lucide, ISC licence, https://lucide.dev/license -->${symbols.join("")}</svg>\n`;
await writeFile(new URL("static/build/icons.svg", ROOT), sprite);

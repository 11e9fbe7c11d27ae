// The floors of the front end: declared < api < look < {runtime, language, pipeline} < {blocks, preview} < device < {studio, player}; pages draws
// pipelines, shares the looks, and stands alone otherwise. declared/ has facts that Python declares, and api/ the types of the API, both
// generated, and its addresses. Imports only go down.
const folder = (name) => `^src/${name}/`;

/** The folders from which each folder may import; a folder that is not named here may import from no other. */
const MAY_IMPORT = {
  declared: [],
  api: ["declared"],
  look: ["declared", "api"],
  runtime: ["declared", "look"],
  // Of the previews, the arithmetic of pictures and motion alone: the package has no React.
  sdk: ["declared", "look/keys", "look/certainty", "runtime", "preview/picture", "preview/motion", "preview/sound"],
  language: ["declared", "api"],
  blocks: ["declared", "runtime"],
  pipeline: ["declared"],
  preview: ["declared", "look", "runtime"],
  studio: ["declared", "api", "look", "runtime", "language", "blocks", "pipeline", "preview", "device"],
  device: ["declared", "look", "runtime", "preview"],
  player: ["declared", "api", "look", "runtime", "pipeline", "preview", "device"],
  pages: ["declared", "api", "look", "pipeline"],
};

/**
 * The folders of the studio, from the bottom up. A folder imports from itself and from the floors below it; folders of one floor do
 * not see each other. `format` turns numbers and texts into what people read; `document` is the live text; `session` holds what the
 * page knows of the project; `edits` changes the text by the language; `parts` are components without a store of their own;
 * `context` is what all components read from; `frame` is the window that lays them out.
 */
const STUDIO_FLOORS = [
  ["styles", "format"],
  ["api"],
  ["document"],
  ["session"],
  ["edits"],
  ["parts"],
  ["context"],
  ["editor", "graph", "pages", "phone"],
  ["block", "dialogs", "versions"],
  ["commands", "panels"],
  ["frame"],
];
const studioFolder = (name) => `^src/studio/${name}/`;
const studioFolders = STUDIO_FLOORS.flat();

const studioRules = STUDIO_FLOORS.flatMap((floor, height) =>
  floor.map((name) => ({
    name: `studio-floor-of-${name}`,
    comment: `src/studio/${name} imports only from itself and from the floors of the studio below it.`,
    severity: "error",
    from: { path: studioFolder(name) },
    to: { path: "^src/studio/", pathNot: [name, ...STUDIO_FLOORS.slice(0, height).flat()].map(studioFolder) },
  })),
);

module.exports = {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(([name, below]) => ({
      name: `floor-of-${name}`,
      comment: `src/${name} imports only from itself${below.map((other) => `, src/${other}`).join("")} and packages.`,
      severity: "error",
      from: { path: folder(name) },
      to: { path: "^src/", pathNot: [name, ...below].map(folder) },
    })),
    ...studioRules,
    {
      name: "studio-folders-have-a-floor",
      comment:
        "A new folder of src/studio gets its place in STUDIO_FLOORS; beside the folders there is only the entry, main.tsx.",
      severity: "error",
      from: { path: "^src/studio/", pathNot: [...studioFolders.map(studioFolder), "^src/studio/main\\.tsx$"] },
      to: {},
    },
    {
      name: "studio-folders-have-a-floor-too-where-they-are-imported",
      severity: "error",
      from: { path: "^src/" },
      to: {
        path: "^src/studio/",
        pathNot: [...studioFolders.map(studioFolder), "^src/studio/(main\\.tsx|studio\\.css)$"],
      },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-circles-of-types",
      comment: "Types count as well: a circle is a circle.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypes: ["type-only"] } },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "tests-are-leaves",
      severity: "error",
      from: { pathNot: "\\.test\\.tsx?$" },
      to: { path: "\\.test\\.tsx?$" },
    },
    {
      name: "packages-are-declared",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};

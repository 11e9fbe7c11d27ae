// The floors of the front end: api < look < {runtime, language, pipeline} < {blocks, preview} < device < {studio, player}; pages draws pipelines,
// shares the looks, and stands alone otherwise. api/ has the types of the API, which are generated, and its addresses. Imports only go down.
const folder = (name) => `^src/${name}/`;

/** What each folder may import from; a folder that is not named here may import from no other. */
const MAY_IMPORT = {
  api: [],
  look: ["api"],
  runtime: ["look"],
  language: ["api"],
  blocks: ["runtime"],
  pipeline: [],
  preview: ["look", "runtime"],
  studio: ["api", "look", "runtime", "language", "blocks", "pipeline", "preview", "device"],
  device: ["look", "runtime", "preview"],
  player: ["api", "look", "runtime", "preview", "device"],
  pages: ["api", "look", "pipeline"],
};

module.exports = {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(([name, below]) => ({
      name: `floor-of-${name}`,
      comment: `src/${name} imports only from itself${below.map((other) => `, src/${other}`).join("")} and packages.`,
      severity: "error",
      from: { path: folder(name) },
      to: { path: "^src/", pathNot: [name, ...below].map(folder) },
    })),
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

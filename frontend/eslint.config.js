// Rules that a reader may rely on in this folder: types are exact, promises are handled, hooks keep their rules.
import hooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import refused from "../tools/checks/plain_words.json" with { type: "json" };

// The names that tools/checks/plain_words.py refuses in Python too: a refused word as a whole part of a name in camelCase.
const words = Object.keys(refused.words);
const capitals = words.map((word) => word[0].toUpperCase() + word.slice(1));
const start = `(?:^[_$]*|_)(?:${words.join("|")})(?![a-z])(?!Out)`;
const middle = `(?<!not|Not)(?:${capitals.join("|")})(?![a-z])(?!Out)`;
const plainName = `^(?!.*(?:${start}|${middle}))`;

export default defineConfig(
  { ignores: ["node_modules/", "*.cjs"] },
  {
    files: ["src/**/*.ts", "src/**/*.tsx", "vite.config.ts", "vitest.config.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked, hooks.configs.flat.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      "id-match": ["error", plainName, { onlyDeclarations: true, properties: true, ignoreDestructuring: true }],
      "no-console": "error",
      "no-eval": "error",
      "no-implied-eval": "off",
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "react",
              importNames: ["useSyncExternalStore"],
              message: "State that is watched is kept in zustand: docs/adr/0008.",
            },
          ],
        },
      ],
      "@typescript-eslint/no-implied-eval": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
);

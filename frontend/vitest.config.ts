// How the front end is tested: as it is built, by a program that the build itself does without.
import { readFileSync } from "node:fs";
import { mergeConfig } from "vite";
import { configDefaults, defineConfig } from "vitest/config";
import built from "./vite.config";

/** Cases that tests/forge/events/test_front_end_follows_events.py collects before it runs the tests of them. */
const EVENT_CASES = process.env.FORGE_EVENT_CASES;

export default mergeConfig(
  built,
  defineConfig({
    test: {
      environment: "node",
      include: ["src/**/*.test.ts", "src/**/*.test.tsx"],
      // A test that hangs ends; none measures how fast the machine is.
      testTimeout: 60_000,
      exclude: [...configDefaults.exclude, ...(EVENT_CASES === undefined ? ["src/**/*.cases.test.ts"] : [])],
      provide: EVENT_CASES === undefined ? {} : { eventCases: JSON.parse(readFileSync(EVENT_CASES, "utf8")) as object },
      // One thread for many files: loading the modules anew for each file took two thirds of the time. What a test puts
      // into the globals is taken out again for it.
      pool: "threads",
      isolate: false,
      setupFiles: "scripts/after-each-file.ts",
      unstubGlobals: true,
      unstubEnvs: true,
      restoreMocks: true,
      // The tests of the colours read the sheet that the pages get.
      css: { include: /tokens\.css/ },
    },
  }),
);

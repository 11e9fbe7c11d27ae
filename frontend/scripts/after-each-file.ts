/** Files of tests share a thread: none leaves its globals or its clock to the next one. */

import { afterAll, vi } from "vitest";

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

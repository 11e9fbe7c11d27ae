import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { InlineCode } from "./InlineCode";

it("shows the names in a message as code, and nothing else as markup", () => {
  const message = "The lock names `hotg-ai/<fft>`. Run `rune lock` & build";
  expect(renderToStaticMarkup(createElement(InlineCode, null, message))).toBe(
    "The lock names <code>hotg-ai/&lt;fft&gt;</code>. Run <code>rune lock</code> &amp; build",
  );
});

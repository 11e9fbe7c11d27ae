// The island that lets anybody try a rune, on a build's page and on a rune's public page: an element with data-player,
// data-rune-url and, where the page knows them, data-name, data-memory (bytes planned) and data-seconds (how long one
// run may take), and data-wrong with data-terms where a wrong result may be sent. The page around it has the heading and says what stays in the page.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { DEFAULT_LIMITS } from "../runtime";
import { Player } from "./Player";
import { Try } from "./Try";

for (const element of document.querySelectorAll<HTMLElement>("[data-player]")) {
  const { runeUrl, name, memory, seconds, wrong, terms } = element.dataset;
  if (runeUrl === undefined) continue;
  const milliseconds = seconds === undefined ? DEFAULT_LIMITS.milliseconds : Number(seconds) * 1000;
  createRoot(element).render(
    <StrictMode>
      <Player
        address={runeUrl}
        name={name ?? "This rune"}
        memory={memory === undefined ? null : Number(memory)}
        limits={{ ...DEFAULT_LIMITS, milliseconds }}
        wrong={wrong === undefined || terms === undefined ? null : { mark: wrong, terms }}
      />
    </StrictMode>,
  );
}

// The page on which any rune can be tried.
for (const element of document.querySelectorAll<HTMLElement>("[data-try]")) {
  createRoot(element).render(
    <StrictMode>
      <Try />
    </StrictMode>,
  );
}

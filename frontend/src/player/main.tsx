// The island that lets anybody try a rune, on a build's page and on a rune's public page.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Player } from "./Player";

for (const element of document.querySelectorAll<HTMLElement>("[data-player]")) {
  const { runeUrl, name, memory, heading } = element.dataset;
  if (runeUrl === undefined) continue;
  createRoot(element).render(
    <StrictMode>
      <Player
        address={runeUrl}
        name={name ?? "This rune"}
        memory={memory === undefined ? null : Number(memory)}
        heading={heading ?? "Try it"}
      />
    </StrictMode>,
  );
}

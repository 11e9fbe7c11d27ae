// A rune in a frame on somebody else's page: the player as people see it, or without a face for the script of that page.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { DEFAULT_LIMITS, type Addresses } from "../../runtime";
import { Player } from "../Player";
import { serve } from "./serve";

/** A frame that may stand inside of a page of another origin. */
const ADDRESSES: Addresses = { frame: "/player/embed-frame", worker: `${import.meta.env.BASE_URL}worker.js` };

const element = document.querySelector<HTMLElement>("[data-embed]");
if (element !== null) {
  const { embed: runeUrl = "", name = "This rune", memory } = element.dataset;
  if (element.dataset["as"] === "module") {
    serve(runeUrl, element, ADDRESSES);
  } else if (runeUrl !== "") {
    createRoot(element).render(
      <StrictMode>
        <Player
          address={runeUrl}
          name={name}
          memory={memory === undefined ? null : Number(memory)}
          limits={DEFAULT_LIMITS}
          addresses={ADDRESSES}
        />
      </StrictMode>,
    );
    tellHeight(document.querySelector("main"));
  }
}

/** Tells the page around how tall this one is. Nothing else is ever told of the player. */
function tellHeight(main: HTMLElement | null): void {
  if (main === null || window.parent === window) return;
  const observer = new ResizeObserver(() => {
    window.parent.postMessage({ type: "rune-player-height", height: Math.ceil(main.getBoundingClientRect().height) }, "*");
  });
  observer.observe(main);
}

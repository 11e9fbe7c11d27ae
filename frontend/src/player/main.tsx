// The island that lets anybody try a rune, on a build's page and on a rune's public page: an element with data-player,
// data-rune-url and, where the page knows them, data-name, data-memory (bytes planned) and data-seconds (how long one
// run may take), and data-examples with the recordings that it can be tried with.
// data-stages names the build whose stages show what they give in the page's picture of the pipeline (data-version,
// data-project, data-events with it). Where a rune is judged, data-judge says so, data-judged-name what it is called if not "This build",
// data-before-… tell of the one before it (url, name, short,
// memory), data-wrong with data-terms where a wrong result may be sent, and the answers also stand in the page's
// [data-answers], and boards that run the same stand in its [data-boards], whose value is where the server tells of the
// build's firmware. A rune of strangers has a button, [data-start], in the element: before it is pressed nothing is
// fetched. The page around it has the heading and says what stays in the page.
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Boundary, lazyPart } from "../look/boundary";
import "../device/device.css";
import { DEFAULT_LIMITS, type Addresses } from "../runtime";
import { hostWith } from "./example-files";
import { tellHeight } from "./embed/height";
import { serve } from "./embed/serve";
import type { JudgedRune } from "./judge/Judge";
import { Player } from "./Player";
import { compareSamples } from "./samples/compare-samples";
import type { StartSettings } from "./start/server";
import type { StageSettings } from "./stages/settings";
import { TeachServer, type TeachSettings } from "./teach/server";
import { Try } from "./Try";

compareSamples();

const Judge = lazyPart(() => import("./judge/Judge"));
const StartPage = lazyPart(() => import("./start/StartPage"));
const Teach = lazyPart(() => import("./teach/Teach"));

/** A frame that may stand inside of a page of another origin. */
const EMBEDDED: Addresses = { frame: "/player/embed-frame", worker: `${import.meta.env.BASE_URL}worker.js` };

const bytesOf = (text: string | undefined): number | null => (text === undefined ? null : Number(text));

/** The rune before the one that is judged, if the page names it. */
function beforeOf({ beforeUrl, beforeName, beforeShort, beforeMemory }: DOMStringMap): JudgedRune | null {
  if (beforeUrl === undefined || beforeName === undefined || beforeShort === undefined) return null;
  return { address: beforeUrl, name: beforeName, short: beforeShort, memory: bytesOf(beforeMemory) };
}

/** Starts at once, or, where the page has a button for it, once that is pressed. */
function whenPressed(element: HTMLElement, start: () => void): void {
  const button = element.querySelector<HTMLButtonElement>("[data-start]");
  if (button === null) {
    start();
    return;
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    // The button goes, and a keyboard goes on from where it was.
    element.tabIndex = -1;
    element.focus();
    start();
  });
}

function boardsOf(element: HTMLElement | null): { element: Element; address: string } | null {
  const address = element?.dataset["boards"];
  return element === null || address === undefined ? null : { element, address };
}

function stagesOf({ stages, version, project, events }: DOMStringMap): StageSettings | null {
  const picture = document.querySelector<HTMLElement>(".with-values[data-pipeline]");
  if (stages === undefined || version === undefined || project === undefined || events === undefined) return null;
  return picture === null ? null : { build: stages, version, project, events, picture };
}

for (const element of document.querySelectorAll<HTMLElement>("[data-player]")) {
  const { runeUrl, name, memory, seconds, judge, judgedName = "This build", wrong, terms, examples } = element.dataset;
  if (runeUrl === undefined) continue;
  const milliseconds = seconds === undefined ? DEFAULT_LIMITS.milliseconds : Number(seconds) * 1000;
  const limits = { ...DEFAULT_LIMITS, milliseconds };
  const host = hostWith(examples);
  const stages = stagesOf(element.dataset);
  const show = (): void =>
    createRoot(element).render(
      <StrictMode>
        {judge === undefined ? (
          <Boundary>
            <Player
              address={runeUrl}
              name={name ?? "This rune"}
              memory={bytesOf(memory)}
              limits={limits}
              host={host}
              stages={stages}
            />
          </Boundary>
        ) : (
          <Suspense fallback={<p className="muted">Loading…</p>}>
            <Judge
              judgedRune={{ address: runeUrl, name: judgedName, short: judgedName, memory: bytesOf(memory) }}
              before={beforeOf(element.dataset)}
              limits={limits}
              host={host}
              wrong={wrong === undefined || terms === undefined ? null : { mark: wrong, terms }}
              answersIn={document.querySelector("[data-answers]")}
              boards={boardsOf(document.querySelector<HTMLElement>("[data-boards]"))}
            />
          </Suspense>
        )}
      </StrictMode>,
    );
  whenPressed(element, show);
}

// A public rune in a frame on somebody else's page, or without a face for the script of that page.
for (const element of document.querySelectorAll<HTMLElement>("[data-embed]")) {
  const { embed = "", as, name = "This rune", memory, examples } = element.dataset;
  if (as === "module") {
    // At once: the page around connects when this one is loaded.
    serve(embed, element, EMBEDDED);
    continue;
  }
  tellHeight(document.querySelector("main"));
  if (embed === "") continue;
  createRoot(element).render(
    <StrictMode>
      <Boundary>
        <Player
          address={embed}
          name={name}
          memory={bytesOf(memory)}
          limits={DEFAULT_LIMITS}
          addresses={EMBEDDED}
          host={hostWith(examples)}
        />
      </Boundary>
    </StrictMode>,
  );
}

// The page on which a rune is taught.
for (const element of document.querySelectorAll<HTMLElement>("[data-teach]")) {
  const { teach = "", project = "", events = "" } = element.dataset;
  const token = document.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]')?.value ?? "";
  const server = new TeachServer(project, events, token);
  createRoot(element).render(
    <StrictMode>
      <Suspense fallback={<p className="muted">Loading…</p>}>
        <Teach settings={JSON.parse(teach) as TeachSettings} server={server} />
      </Suspense>
    </StrictMode>,
  );
}

// The page on which somebody makes an app from own examples.
for (const element of document.querySelectorAll<HTMLElement>("[data-start-page]")) {
  const { startPage = "", events = "" } = element.dataset;
  const token = document.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]')?.value ?? "";
  const settings = JSON.parse(startPage) as StartSettings;
  const loading = (
    <>
      <h1>{settings.title}</h1>
      <p className="muted">Loading…</p>
    </>
  );
  createRoot(element).render(
    <StrictMode>
      <Suspense fallback={loading}>
        <StartPage settings={settings} events={events} token={token} />
      </Suspense>
    </StrictMode>,
  );
}

// The page on which any rune can be tried.
for (const element of document.querySelectorAll<HTMLElement>("[data-try]")) {
  createRoot(element).render(
    <StrictMode>
      <Boundary>
        <Try />
      </Boundary>
    </StrictMode>,
  );
}

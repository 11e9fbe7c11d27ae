// The entry of the studio page: reads what the page was served with and starts.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Boundary } from "../look/boundary";
import type { PageState } from "./api/page-state";
import { startDeferredOnInput } from "./session/deferral";
import { Workspace } from "./session/workspace";
import { makeStores, StudioContext } from "./context/studio";
import { Studio } from "./frame/Studio";
import "./studio.css";

const root = document.getElementById("studio");
const stateElement = document.getElementById("studio-state");
if (root === null || stateElement === null) throw new Error("The studio's page is incomplete. Load it again.");

const workspace = new Workspace(JSON.parse(stateElement.textContent ?? "") as PageState, window.location);
workspace.start();
startDeferredOnInput(window);
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
const studio = makeStores(workspace, nonce);
// The page of a change request leads here with its id.
const resolving = new URLSearchParams(location.search).get("resolve");
if (resolving !== null) studio.dialogs.open({ what: "resolve", id: resolving });
createRoot(root).render(
  <StrictMode>
    <StudioContext value={studio}>
      <Boundary>
        <Studio />
      </Boundary>
    </StudioContext>
  </StrictMode>,
);

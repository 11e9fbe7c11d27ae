// The page that a phone records with for a project's data: takes the code's token out of the address, and starts.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Boundary } from "../../look/boundary";
import { tokenOf } from "../phone/place";
import { CollectPage } from "./CollectPage";
import { placeOf } from "./place";
import { CollectClient } from "./sending/client";
import { browserStorage } from "./sending/storage";
import { CollectSession } from "./session";
import "./collect.css";

const root = document.getElementById("collect");
const place = placeOf(location);
if (root === null || place === null) throw new Error("The page is incomplete. Load it again.");

const session = new CollectSession(new CollectClient(place.base), browserStorage(place.link));

function start(): void {
  const token = tokenOf(location.hash);
  // It stays in no history.
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
  void session.start(token);
}

window.addEventListener("hashchange", () => {
  if (location.hash !== "") start();
});
window.addEventListener("online", () => void session.outbox.flush());
start();
createRoot(root).render(
  <StrictMode>
    <Boundary>
      <CollectPage session={session} />
    </Boundary>
  </StrictMode>,
);

// What Django's pages gain with JavaScript: links that carry a secret are redeemed, passkeys are asked for, texts are copied, a model is dropped,
// open menus close, signing out forgets what this browser kept, what is hard to undo is asked twice, a build that ended
// shows it, the bell counts notices, and pipelines are drawn. Each part looks for its own elements and does nothing on pages without them.
import "./pages.css";
import "./builds.css";
import "./notices.css";
import { bells } from "./bell";
import { copyButtons } from "./copy";
import { followBuilds } from "./follow-build";
import { forgetPlayers } from "./forget-players";
import { forgetUnsent } from "./forget-unsent";
import { closingMenus } from "./menus";
import { modelDrops } from "./model-drop";
import { passkeyForms } from "./passkeys";
import { pipelinePictures } from "./pipelines";
import { redeemLinks } from "./redeem";
import { formsOfOnePerson } from "./signed-out";
import { closesItself } from "./signed-in";
import { sureButtons } from "./sure";

redeemLinks();
bells();
passkeyForms();
pipelinePictures();
copyButtons();
modelDrops();
closingMenus();
sureButtons();
followBuilds();
forgetPlayers();
forgetUnsent();
closesItself();
formsOfOnePerson();

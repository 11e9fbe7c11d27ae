// What Django's pages gain with JavaScript: links that carry a secret are redeemed, passkeys are asked for, texts are copied, a model is dropped,
// open menus close, signing out forgets what this browser kept, what is hard to undo is asked twice, a build that ended
// shows it, the bell counts notices, pipelines are drawn, lists of projects answer as one types, and conversations are live. Each part looks for its own elements and does nothing on pages without them.
import "../look/bell.css";
import "../look/memory.css";
import "./pages.css";
import "./builds.css";
import "./devices.css";
import "./notices.css";
import "./home.css";
import "./talk.css";
import "./changes.css";
import "./rune.css";
import { bells } from "./bell";
import { copyButtons } from "./copy";
import { finder } from "./finder/finder";
import { followBuilds } from "./follow-build";
import { forgetPlayers } from "./forget-players";
import { forgetUnsent } from "./forget-unsent";
import { closingMenus } from "./menus";
import { modelDrops } from "./model-drop";
import { passkeyForms } from "./passkeys";
import { pipelinePictures } from "./pipelines";
import { projectLists } from "./project-list";
import { redeemLinks } from "./redeem";
import { formsOfOnePerson } from "./signed-out";
import { closesItself } from "./signed-in";
import { conversations } from "./talk/conversation";
import { guestConversations } from "./talk/guest";
import { sureButtons } from "./sure";

redeemLinks();
bells();
passkeyForms();
pipelinePictures();
projectLists();
finder();
copyButtons();
modelDrops();
closingMenus();
sureButtons();
followBuilds();
forgetPlayers();
forgetUnsent();
closesItself();
formsOfOnePerson();
conversations();
guestConversations();

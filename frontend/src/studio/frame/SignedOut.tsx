// The strip below the bar while the session is not its person's: what happened, what becomes of the edits, and how to go on.
import { Copy, Download, LogIn, LogOut } from "lucide-react";
import { useStore } from "zustand";
import { SIGN_IN } from "../../api/sign-in";
import { sentenceOf } from "../api/problem";
import { baseName } from "../document/files/paths";
import { sentenceFor } from "../session/sign-in-watch";
import { useMayEdit, useStudio, useText } from "../context/studio";
import "../styles/strip.css";

const SIGN_OUT = "/accounts/logout/";

/** One text as it is; several with their paths above them. */
function asOneText(texts: readonly { readonly path: string; readonly text: string }[]): string {
  const [first] = texts;
  return texts.length === 1 && first !== undefined
    ? first.text
    : texts.map(({ path, text }) => `==> ${path} <==\n${text}\n`).join("\n");
}

function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

export default function SignedOut() {
  const { workspace } = useStudio();
  const mayEdit = useMayEdit();
  const signedIn = useStore(workspace.signIn.state);
  // Drawn anew as edits come, which the buttons are about.
  const save = useText((text) => text.save);
  if (signedIn.who === "me") return null;
  const { name } = workspace.store.state.getState().me;
  const unsent = save === "offline-unsent" || save === "saving" ? workspace.unsentTexts() : [];
  const fileName = unsent.length === 1 && unsent[0] !== undefined ? baseName(unsent[0].path) : "unsent-edits.txt";
  const copy = (): void => {
    const copying = navigator.clipboard?.writeText(asOneText(unsent));
    if (copying === undefined) workspace.toasts.say("Copying needs HTTPS. Download the edits instead.");
    else
      copying.then(
        () => workspace.toasts.say("Your edits are copied."),
        (error: unknown) => workspace.toasts.say(sentenceOf(error)),
      );
  };
  return (
    <div className="studio-strip" role="alert">
      <p className="grow">
        {mayEdit
          ? sentenceFor(signedIn)
          : signedIn.who === "other"
            ? `${signedIn.name} is signed in in this browser now.`
            : "You are signed out. Sign in again to go on."}
      </p>
      <div className="row wrap">
        {unsent.length > 0 && (
          <>
            <button type="button" className="button" onClick={() => download(asOneText(unsent), fileName)}>
              <Download aria-hidden="true" />
              Download your edits
            </button>
            <button type="button" className="button" onClick={copy}>
              <Copy aria-hidden="true" />
              Copy them
            </button>
          </>
        )}
        {signedIn.who === "nobody" ? (
          <button
            type="button"
            className="button primary"
            title={`As ${name}, in a new window; this page goes on by itself`}
            onClick={() => window.open(SIGN_IN, "_blank")}
          >
            <LogIn aria-hidden="true" />
            Sign in
          </button>
        ) : (
          <>
            <button type="button" className="button" onClick={() => window.location.reload()}>
              Go on as {signedIn.name}
            </button>
            <button
              type="button"
              className="button primary"
              title={`In a new window. Then sign in as ${name}`}
              onClick={() => window.open(SIGN_OUT, "_blank")}
            >
              <LogOut aria-hidden="true" />
              Sign {signedIn.name} out
            </button>
          </>
        )}
      </div>
    </div>
  );
}

// A page that was served to someone whose session ended meanwhile: it says so before a form is sent or while it follows
// something, keeps what was typed, and goes on once the same person is signed in again.
import { SIGN_IN } from "../../api/sign-in";
import { formPath } from "./form-path";

interface Answer {
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly csrf: string;
}

/** Forms that are about the session itself. */
const OWN_FORMS = ["/accounts/logout/", "/accounts/login/", "/sign-in", "/join"];

/** The person whom the page was served to; undefined for a visitor. */
const servedTo = (): string | undefined => document.body.dataset["person"];

async function session(): Promise<Answer | null> {
  try {
    const response = await fetch("/accounts/session", {
      credentials: "same-origin",
      headers: { Accept: "application/json" },
    });
    return response.ok ? ((await response.json()) as Answer) : null;
  } catch {
    return null;
  }
}

/** Says that the session ended, if it did. Where the server cannot be asked, nothing is said. */
export async function saysSignedOut(): Promise<boolean> {
  const me = servedTo();
  const answer = me === undefined ? null : await session();
  if (answer === null || answer.person?.id === me) return false;
  say(
    answer.person === null
      ? "You are signed out. Sign in again; what you typed stays in this page."
      : `${answer.person.name} is signed in in this browser now. Load the page again to go on as ${answer.person.name}.`,
    answer.person === null,
  );
  return true;
}

function say(text: string, offersSignIn: boolean): void {
  document.querySelector("[data-signed-out]")?.remove();
  const notice = document.createElement("div");
  notice.className = "notice warn row wrap between signed-out-note";
  notice.setAttribute("role", "alert");
  notice.dataset["signedOut"] = "";
  notice.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (offersSignIn) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "button primary",
      textContent: "Sign in",
    });
    button.addEventListener("click", () => window.open(SIGN_IN, "_blank"));
    notice.append(button);
  }
  document.querySelector("main")?.prepend(notice);
  notice.scrollIntoView({ block: "nearest" });
}

/** Sends a form as the button that was pressed does. A button beside its form belongs to no form once a page was
 *  replaced: it is put into this one. */
function sendAs(form: HTMLFormElement, button: HTMLElement | null): void {
  if (button instanceof HTMLButtonElement && button.form !== form) {
    button.removeAttribute("form");
    button.hidden = true;
    form.append(button);
  }
  form.requestSubmit(button);
}

/** Forms are sent in the name of the person whom the page was served to, or not at all. */
export function formsOfOnePerson(): void {
  const me = servedTo();
  if (me === undefined) return;
  const confirmedForms = new WeakSet<HTMLFormElement>();
  const pending = new WeakSet<HTMLFormElement>();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || confirmedForms.delete(form)) return;
    // By their attributes: a field of such a name would stand in for the property.
    const pathname = formPath(form);
    if (form.getAttribute("method")?.toLowerCase() !== "post" || OWN_FORMS.includes(pathname)) return;
    event.preventDefault();
    if (pending.has(form)) return;
    pending.add(form);
    void session().then(async (answer) => {
      pending.delete(form);
      if (answer !== null && answer.person?.id !== me) {
        await saysSignedOut();
        return;
      }
      document.querySelector("[data-signed-out]")?.remove();
      const token = form.elements.namedItem("csrfmiddlewaretoken");
      // Signing in again made another; and a server that did not answer is asked by the form itself.
      if (answer !== null && token instanceof HTMLInputElement) token.value = answer.csrf;
      confirmedForms.add(form);
      // A page that follows events may have replaced it meanwhile, and a form outside of the page is not sent.
      if (!form.isConnected) {
        form.hidden = true;
        document.body.append(form);
      }
      sendAs(form, event.submitter);
    });
  });
}

// Forms with data-passkey ask the browser for a passkey and send its answer: "sign-in" fetches what is asked for,
// "use" and "add" have it in data-options. The library that translates it is loaded when a button is pressed.

import type { startAuthentication, startRegistration } from "@simplewebauthn/browser";
import { codeNodes } from "../../look/code/code-nodes";

type RequestOptions = Parameters<typeof startAuthentication>[0]["optionsJSON"];
type CreationOptions = Parameters<typeof startRegistration>[0]["optionsJSON"];

/** The server's request to a browser, as WebAuthn's JSON has it. */
interface Options<T> {
  readonly publicKey: T;
}

export function passkeyForms(): void {
  if (!("PublicKeyCredential" in window)) return;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    // Without this script, or in a browser without passkeys, it would do nothing, and is not shown.
    form.hidden = false;
    form.querySelector("button")?.addEventListener("click", () => void submit(form));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void submit(form);
    });
  }
}

async function submit(form: HTMLFormElement): Promise<void> {
  const field = form.querySelector<HTMLInputElement>("input[name=credential]");
  const says = form.querySelector<HTMLElement>("[role=alert]");
  if (!field || !says) return;
  says.hidden = true;
  try {
    field.value = JSON.stringify(await credential(form));
  } catch (error) {
    says.replaceChildren(...codeNodes(reason(error)));
    says.hidden = false;
    return;
  }
  form.submit();
}

async function credential(form: HTMLFormElement): Promise<object> {
  const library = await import("@simplewebauthn/browser");
  const optionsText = form.dataset["options"];
  if (form.dataset["passkey"] === "add") {
    const { publicKey } = JSON.parse(optionsText ?? "") as Options<CreationOptions>;
    return library.startRegistration({ optionsJSON: signingInAlone(publicKey) });
  }
  const requestOptions =
    optionsText === undefined ? await fetchOptions(form.action) : (JSON.parse(optionsText) as Options<RequestOptions>);
  return library.startAuthentication({ optionsJSON: requestOptions.publicKey });
}

/** A passkey that signs its person in without a password: the device finds it, and asks who is there. */
export function signingInAlone(options: CreationOptions): CreationOptions {
  const selection = { residentKey: "required", requireResidentKey: true, userVerification: "required" } as const;
  return { ...options, authenticatorSelection: { ...options.authenticatorSelection, ...selection } };
}

async function fetchOptions(address: string): Promise<Options<RequestOptions>> {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}. Load the page again.`);
  const { request_options: options } = (await answer.json()) as { request_options: Options<RequestOptions> };
  return options;
}

/** The next step for a person after the browser gave no passkey. */
export function reason(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError") return "No passkey was used. Press the button to try again.";
  if (name === "InvalidStateError") return "This device has a passkey for your account already.";
  return error instanceof Error ? error.message : "The browser could not use a passkey.";
}

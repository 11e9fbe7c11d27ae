// <rune-player> and load(): runes of this installation in anybody's page. What is written here stays as it is for good,
// so that pages can name its digest; another interface would be another file.
//
// Both open a page of the installation in a frame. The page around it sees nothing of the frame, and the frame nothing of
// the page: what a microphone, a camera or a motion sensor gives stays in the frame.
const HERE = new URL("./", import.meta.url);
const REFERENCE = /^([a-z0-9._-]+)\/([a-z0-9._-]+)(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?$/;
const LOADING = 60_000;

/** The address of the page for `organisation/project` or `organisation/project:tag`. */
function addressOf(reference, kind) {
  const found = REFERENCE.exec(reference ?? "");
  if (found === null) throw new TypeError(`"${reference}" is not written like acme/keywords:1.0.`);
  const address = new URL(`${found[1]}/${found[2]}/embed`, HERE);
  if (found[3] !== undefined) address.searchParams.set("tag", found[3]);
  if (kind !== "player") address.searchParams.set("as", kind);
  return address.href;
}

class RunePlayer extends HTMLElement {
  static observedAttributes = ["src"];
  #frame = null;
  #listen = ({ source, origin, data }) => {
    if (source !== this.#frame?.contentWindow || origin !== HERE.origin) return;
    if (data?.type === "rune-player-height" && data.height > 0) this.#frame.style.height = `${data.height}px`;
  };

  connectedCallback() {
    this.style.display ||= "block";
    addEventListener("message", this.#listen);
    this.#show();
  }

  disconnectedCallback() {
    removeEventListener("message", this.#listen);
    this.replaceChildren();
    this.#frame = null;
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && before !== after) this.#show();
  }

  #show() {
    const reference = this.getAttribute("src");
    try {
      const frame = document.createElement("iframe");
      frame.src = addressOf(reference, "player");
      frame.allow = "microphone; camera; accelerometer; gyroscope";
      frame.title = this.getAttribute("title") ?? `${reference}, running`;
      frame.style.cssText = "width: 100%; height: 420px; border: 0; display: block";
      this.#frame = frame;
      this.replaceChildren(frame);
    } catch (error) {
      this.#frame = null;
      this.textContent = error.message;
    }
  }
}

if (!customElements.get("rune-player")) customElements.define("rune-player", RunePlayer);

/**
 * Loads a rune to be run on the page's own numbers: `const { answer } = await rune.run({ audio })`. Inputs and outputs
 * have the names of their stages; `rune.inputs` and `rune.outputs` describe them. `rune.close()` ends it.
 */
export function load(reference) {
  const frame = document.createElement("iframe");
  const waiting = new Map();
  let last = 0;
  let timer;
  return new Promise((resolve, reject) => {
    const fail = (message) => {
      clearTimeout(timer);
      frame.remove();
      const error = new Error(message);
      reject(error);
      for (const one of waiting.values()) one.reject(error);
      waiting.clear();
    };
    const { port1, port2 } = new MessageChannel();
    const rune = ({ name, inputs, outputs }) => ({
      name,
      inputs,
      outputs,
      run(given) {
        last += 1;
        const id = last;
        return new Promise((resolve, reject) => {
          if (!frame.isConnected) return void reject(new Error("The rune was closed."));
          waiting.set(id, { resolve, reject });
          port1.postMessage({ type: "run", id, inputs: given });
        });
      },
      close() {
        port1.close();
        fail("The rune was closed.");
      },
    });
    port1.onmessage = ({ data }) => {
      if (data.type === "loaded") {
        clearTimeout(timer);
        resolve(rune(data));
      } else if (data.type === "failed") {
        fail(data.message);
      } else {
        const one = waiting.get(data.id);
        waiting.delete(data.id);
        if (data.type === "done") one?.resolve(data.outputs);
        else one?.reject(new Error(data.message));
      }
    };
    frame.src = addressOf(reference, "module");
    frame.hidden = true;
    frame.title = `${reference}, running`;
    frame.addEventListener("load", () => frame.contentWindow.postMessage({ type: "rune-connect" }, HERE.origin, [port2]), {
      once: true,
    });
    timer = setTimeout(() => fail(`${reference} did not load within ${LOADING / 1000} s.`), LOADING);
    (document.body ?? document.documentElement).append(frame);
  });
}

// Web Serial in a page whose board is the emulated chip: the streams of a port, and at their other end the page worker of
// the virtual board with the build's own firmware.
globalThis.peer = {
  worker: null,
  isDamaging: false,
  isForeign: false,
  port: null,
  async load(address) {
    const { uf2_url: file, description } = await (await fetch(address)).json();
    const uf2 = new Uint8Array(await (await fetch(file)).arrayBuffer());
    this.worker = new Worker("/static/build/pico.js");
    await new Promise((resolve) => {
      this.worker.onmessage = resolve;
      this.worker.postMessage({ uf2, description });
    });
  },
  damageNext() {
    this.isDamaging = true;
  },
  speakForeign() {
    this.isForeign = true;
  },
  unplug() {
    this.worker.onmessage = null;
    this.port.controller.error(new DOMException("The device has been lost.", "NetworkError"));
    this.port.readable = null;
  },
};

class PeerPort {
  readable = null;
  writable = null;

  async open() {
    this.readable = new ReadableStream({ start: (controller) => (this.controller = controller) });
    this.writable = new WritableStream({ write: (bytes) => this.take(bytes) });
  }

  async close() {
    this.readable = this.writable = null;
  }

  take(bytes) {
    if (peer.isForeign) {
      this.controller.enqueue(new TextEncoder().encode("login: "));
      return;
    }
    const sent = bytes.slice();
    if (peer.isDamaging) sent[sent.length - 1] ^= 0x10;
    peer.isDamaging = false;
    peer.worker.onmessage = ({ data }) => {
      // In pieces, as a line brings them.
      for (let at = 0; at < data.bytes.length; at += 7) this.controller.enqueue(data.bytes.slice(at, at + 7));
    };
    peer.worker.postMessage({ bytes: sent, budget: 1e9 });
  }
}

Object.defineProperty(navigator, "serial", {
  value: { requestPort: async () => (peer.port = new PeerPort()) },
});

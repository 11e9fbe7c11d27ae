// Web Serial in a page whose board is a program at the other end of a pty: `readBoard` gives what came since the last time.
class PtyPort {
  readable = null;
  writable = null;

  async open({ baudRate }) {
    globalThis.openedAt = baudRate;
    this.readable = new ReadableStream({
      pull: async (controller) => {
        for (;;) {
          const bytes = await readBoard();
          if (bytes === null) {
            this.readable = null;
            return controller.error(new DOMException("The device has been lost.", "NetworkError"));
          }
          if (bytes.length > 0) return controller.enqueue(Uint8Array.from(bytes));
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      },
    });
    this.writable = new WritableStream({});
  }

  async close() {
    this.readable = this.writable = null;
    globalThis.isClosed = true;
  }
}

Object.defineProperty(navigator, "serial", { value: { requestPort: async () => new PtyPort() } });

// A device beside the list, without another page: read from its own address, and closed by Escape or its button. Where
// there is no room beside the list, the link leads to the device's page.
import { showCopyButtons } from "../copy";

const WIDE = "(min-width: 1180px)";

export class Drawer {
  private readonly place: HTMLElement;
  private requested = "";

  constructor(private readonly page: HTMLElement) {
    const place = page.querySelector<HTMLElement>("[data-device-drawer]");
    if (place === null) throw new Error("The list of devices has no place for one beside it.");
    this.place = place;
    page.addEventListener("click", (event) => this.press(event));
    page.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.place.contains(document.activeElement)) this.close();
    });
  }

  private press(event: MouseEvent): void {
    const { target } = event;
    if (!(target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const link = target.closest<HTMLAnchorElement>("[data-open-device]");
    if (link !== null && matchMedia(WIDE).matches) {
      event.preventDefault();
      void this.open(link);
    } else if (target.closest("[data-close-device]") !== null) {
      event.preventDefault();
      this.close();
    }
  }

  private async open(link: HTMLAnchorElement): Promise<void> {
    const name = link.dataset["openDevice"] ?? "";
    this.requested = name;
    const address = withDevice(name);
    const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (this.requested !== name) return;
    const read =
      response?.ok === true && !response.redirected
        ? new DOMParser().parseFromString(await response.text(), "text/html")
        : null;
    const panel = read?.querySelector("[data-device-drawer] [data-device-panel]") ?? null;
    // Who was signed out, or has lost the device, sees why on its own page.
    if (panel === null) return location.assign(link.href);
    this.place.replaceChildren(document.adoptNode(panel));
    this.place.hidden = false;
    this.place.ariaLabel = `Device ${name}`;
    this.page.classList.add("has-device");
    showCopyButtons(this.place);
    this.mark(name);
    history.replaceState(null, "", address);
    const heading = this.place.querySelector<HTMLElement>("h2");
    if (heading !== null) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
    this.place.scrollTop = 0;
  }

  private close(): void {
    const opened = this.page.querySelector<HTMLElement>("tr.is-open [data-open-device]");
    this.requested = "";
    this.place.hidden = true;
    this.place.replaceChildren();
    this.page.classList.remove("has-device");
    this.mark("");
    history.replaceState(null, "", withDevice(""));
    opened?.focus();
  }

  private mark(name: string): void {
    for (const row of this.page.querySelectorAll("tr[id^=device-]"))
      row.classList.toggle("is-open", row.id === `device-${name}`);
  }
}

/** The page's address with another device, or none, beside the list. */
function withDevice(name: string): string {
  const address = new URL(location.href);
  if (name === "") address.searchParams.delete("device");
  else address.searchParams.set("device", name);
  address.hash = "";
  return address.href;
}

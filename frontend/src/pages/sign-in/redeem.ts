// A one-time link carries its token in the fragment, which is never sent. This takes it out of the address, so that it
// stays in no history, and sends it by POST in the page's own form.

/** The token in a fragment such as `#token=abc`; empty without one. */
export function tokenOf(fragment: string): string {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("token") ?? "";
}

/** Redeems the link that this page was opened by, and one that is pasted into the address while it is open. */
export function redeemLinks(): void {
  redeem();
  addEventListener("hashchange", redeem);
}

function redeem(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-redeem]");
  const field = form?.querySelector<HTMLInputElement>("input[name=token]");
  if (!form || !field) return;
  const token = tokenOf(location.hash);
  history.replaceState(null, "", location.pathname);
  const says = form.querySelector("[data-redeem-says]");
  if (token !== "") {
    field.value = token;
    form.submit();
  } else if (says && document.querySelector("[role=alert]") === null) {
    says.textContent = "The link is incomplete. Copy all of it, with the part after the # sign, and open it again.";
  }
}

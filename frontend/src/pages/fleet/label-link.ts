// The QR code on a device leads to the page Claim with its id and secret behind the #, which a browser sends to nobody.

export interface Label {
  readonly label: string;
  readonly secret: string;
}

/** Reads what stands behind the # of a label's link; null for anything else. */
export function readLabel(fragment: string): Label | null {
  const values = new URLSearchParams(fragment.replace(/^#/, ""));
  const label = values.get("label");
  const secret = values.get("secret");
  return label === null || secret === null ? null : { label, secret };
}

/** Fills the form, and takes the secret out of the address, where the history would keep it. */
export function fillLabel(form: HTMLFormElement): void {
  const values = readLabel(location.hash);
  if (values === null) return;
  history.replaceState(null, "", location.pathname + location.search);
  for (const [name, value] of [
    ["label", values.label],
    ["secret", values.secret],
  ] as const) {
    const field = form.querySelector<HTMLInputElement>(`input[name=${name}]`);
    if (field !== null) field.value = value;
  }
  form.scrollIntoView({ block: "start" });
  form.querySelector<HTMLButtonElement>("button[name=do]")?.focus();
}

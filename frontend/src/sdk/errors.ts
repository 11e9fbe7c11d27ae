// The errors of loading a deployment. Those of running a rune are `RuneError`.

/** The name that a program compares. The server's own names of refusals, such as `key-revoked`, come as they are. */
export type DeliveryErrorName =
  "server-away" | "refused" | "damaged" | "not-secure" | "signature-refused" | (string & {});

export class DeliveryError extends Error {
  override readonly name: DeliveryErrorName;
  /** The status of the server's answer; null where none came. */
  readonly status: number | null;

  constructor(name: DeliveryErrorName, message: string, status: number | null = null) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

// The errors of loading a deployment. Those of running a rune are `RuneError`.

/**
 * The name that a program compares. The server's own names of refusals, such as `key-revoked`, come as they are.
 *
 * - `server-away`: no answer of the server or a part of one, and nothing is stored. A login page or a redirect of a
 *   network is none
 * - `refused`: an answer that is not a deployment's, or that names a rune on another server
 * - `damaged`: the bytes have another digest
 * - `not-secure`: the page came neither over HTTPS nor from this computer
 * - `signature-refused`: no trusted key signed what the deployment serves
 * - `older`: the server names an older state than it did before
 * - `expired`, `mixed`: the signed documents have ended, or are those of different states or deployments
 * - `clock-wrong`: the clock of this computer says a time that cannot be
 * - `cache-unwritable`: what was seen before cannot be stored, or no folder is named
 */
export type DeliveryErrorName =
  | "server-away"
  | "refused"
  | "damaged"
  | "not-secure"
  | "signature-refused"
  | "older"
  | "expired"
  | "mixed"
  | "clock-wrong"
  | "cache-unwritable"
  | (string & {});

export class DeliveryError extends Error {
  /** The name of the class, written out because minifiers shorten the names of classes. */
  static override readonly name = "DeliveryError";
  override readonly name: DeliveryErrorName;
  /** The status of the server's answer; null where none came. */
  readonly status: number | null;

  constructor(name: DeliveryErrorName, message: string, status: number | null = null) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

// A second module of the single file, beside it at the server that served it. A page that pins the single file by its
// digest pins the second one as well, since its digest is written in the first.
import { DeliveryError } from "../errors";

/**
 * Imports a module whose bytes have this digest, in the form of the attribute `integrity`. `import` itself cannot name
 * one, so a script element loads the module first, and `import` gets the module that the page then has.
 * Throws `DeliveryError` where no bytes come or where they are other ones.
 */
export async function pinnedModule(url: URL, integrity: string, importedBy: string): Promise<unknown> {
  const script = document.createElement("script");
  script.type = "module";
  script.crossOrigin = "anonymous";
  script.integrity = integrity;
  // Where a page's policy names scripts by a nonce, this one is a part of the script that the page named.
  script.nonce = Array.from(document.scripts).find(({ src }) => src === importedBy)?.nonce ?? "";
  script.src = url.href;
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () =>
      reject(
        new DeliveryError(
          "server-away",
          `The script ${url.href} could not be loaded: it is missing, differs from the expected one, or is refused by this page's policy.`,
        ),
      );
    document.head.append(script);
  }).finally(() => script.remove());
  return import(url.href);
}

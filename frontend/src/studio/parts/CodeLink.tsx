// A diagnostic's code; it leads to the page that explains it.
import { explanationOf } from "./diagnostic-page";

export function CodeLink({ code }: { readonly code: string }) {
  return (
    <a className="mono muted" href={explanationOf(code)} target="_blank">
      {code}
    </a>
  );
}

// The bar at the top: for which project this phone records, and what belongs beside it.
import { Anvil } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  readonly project: string;
  readonly here: string;
  readonly children?: ReactNode;
}

export function Bar({ project, here, children }: Props) {
  return (
    <header className="collect-bar">
      <span className="mark">
        <Anvil aria-hidden="true" />
      </span>
      <span className="crumb grow cut">
        <span className="cut">{project}</span> / <b>{here}</b>
      </span>
      {children}
    </header>
  );
}

// The bar at the top: for which project this phone records, and what belongs beside it.
import type { ReactNode } from "react";
import { Mark } from "../../look/Mark";

interface Props {
  readonly project: string;
  readonly here: string;
  readonly children?: ReactNode;
}

export function Bar({ project, here, children }: Props) {
  return (
    <header className="bar collect-bar">
      <span className="mark">
        <Mark />
      </span>
      <span className="crumb grow cut">
        <span className="cut">{project}</span> / <b>{here}</b>
      </span>
      {children}
    </header>
  );
}

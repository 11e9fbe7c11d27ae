// For which processors each build of the project makes a package.
import type { Target } from "../../api/schema";
import { useEffect, useState } from "react";
import type { ProjectClient } from "../api/client";
import { sentenceOf } from "../api/problem";
import { Dialog } from "../parts/Dialog";

interface TargetsDialogProps {
  readonly client: Pick<ProjectClient, "targets" | "chooseTargets">;
  /** Those that are chosen now. */
  readonly before: readonly string[];
  /** The address of the page with the boards. */
  readonly devices: string;
  readonly onSaved: () => void;
  readonly onBuild: () => void;
  readonly onClose: () => void;
}

export default function TargetsDialog({ client, before, devices, onSaved, onBuild, onClose }: TargetsDialogProps) {
  const [known, setKnown] = useState<readonly Target[] | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(before));
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    let isOpen = true;
    client.targets().then(
      ({ targets }) => {
        if (isOpen) setKnown(targets);
      },
      (error: unknown) => {
        if (isOpen) setWrong(sentenceOf(error));
      },
    );
    return () => {
      isOpen = false;
    };
  }, [client]);
  const toggle = (name: string): void => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  };
  const save = (after: () => void): void => {
    client.chooseTargets([...chosen].sort()).then(
      () => {
        onClose();
        after();
      },
      (error: unknown) => setWrong(sentenceOf(error)),
    );
  };
  return (
    <Dialog title="Packages for boards" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save(onSaved);
        }}
      >
        <p className="small muted">
          Each build makes the rune, and a package of C for each of these, with the RAM, flash and instructions that it
          needs there. <a href={devices}>See the boards</a>
        </p>
        {known === null && wrong === "" && <p className="muted">Reading…</p>}
        {known?.map((target, index) => (
          <label key={target.name} className="row">
            <input
              type="checkbox"
              checked={chosen.has(target.name)}
              data-first={index === 0 ? true : undefined}
              onChange={() => toggle(target.name)}
            />
            <span>
              <b>{target.name}</b> <span className="small muted">{target.summary}</span>
            </span>
          </label>
        ))}
        {wrong !== "" && (
          <div className="notice bad" role="alert">
            {wrong}
          </div>
        )}
        <div className="row wrap">
          <span className="grow" />
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button" disabled={known === null}>
            Save
          </button>
          <button type="button" className="button primary" disabled={known === null} onClick={() => save(onBuild)}>
            Save and build
          </button>
        </div>
      </form>
    </Dialog>
  );
}

// The aims of the project's builds: what the rune is optimised for, whose results it gives, and its packages.
import type { Targets } from "../../api/schema";
import { useEffect, useState } from "react";
import type { ProjectClient } from "../api/client";
import { sentenceOf } from "../api/problem";
import { Dialog } from "../parts/dialog/Dialog";
import {
  choicesOf,
  LIBRARIES,
  packageFigures,
  RESULTS,
  runeFigures,
  RUNES,
  type BuildChoice,
  type Choices,
  policyText,
} from "./build-choices";
import "../styles/build-choices.css";

interface BuildChoicesDialogProps {
  readonly client: Pick<ProjectClient, "targets" | "chooseForBuilds">;
  /** The address of the page with the boards. */
  readonly devices: string;
  /** It was saved; `undo` takes it back. */
  readonly onSaved: (undo: () => Promise<unknown>) => void;
  readonly onBuild: () => void;
  readonly onClose: () => void;
}

export default function BuildChoicesDialog({ client, devices, onSaved, onBuild, onClose }: BuildChoicesDialogProps) {
  const [targets, setTargets] = useState<Targets | null>(null);
  const [etag, setEtag] = useState("");
  const [choices, setChoices] = useState<Choices | null>(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    let isOpen = true;
    client.targets().then(
      ({ value, etag: state }) => {
        if (!isOpen) return;
        setTargets(value);
        setEtag(state);
        setChoices(choicesOf(value));
      },
      (error: unknown) => {
        if (isOpen) setWrong(sentenceOf(error));
      },
    );
    return () => {
      isOpen = false;
    };
  }, [client]);
  const save = (isBuilt: boolean): void => {
    if (targets === null || choices === null) return;
    const before = choicesOf(targets);
    client.chooseForBuilds(choices, etag).then(
      (savedTargets) => {
        onClose();
        if (isBuilt) onBuild();
        else onSaved(() => client.chooseForBuilds(before, savedTargets.etag));
      },
      (error: unknown) => setWrong(sentenceOf(error)),
    );
  };
  return (
    <Dialog title="Build settings" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save(false);
        }}
      >
        {targets === null && wrong === "" && <p className="muted">Reading…</p>}
        {targets !== null && choices !== null && (
          <>
            {targets.in_file !== null && <p className="notice">{policyText(targets.in_file)}</p>}
            <Radios
              legend="Optimise the rune for"
              name="optimize"
              choices={RUNES}
              chosenValue={choices.optimize}
              isFirst
              noteOf={(optimize) => runeFigures(targets.builds, optimize, choices.match)}
              onChoose={(optimize) => setChoices({ ...choices, optimize })}
            />
            <Radios
              legend="Reference"
              name="match"
              choices={RESULTS}
              chosenValue={choices.match}
              noteOf={(match) => runeFigures(targets.builds, choices.optimize, match)}
              onChoose={(match) => setChoices({ ...choices, match })}
            />
            <fieldset className="choices stack tight">
              <legend className="label">Packages for boards</legend>
              <p className="small muted">
                Builds also make a C package for each selected board, with the RAM, flash and instructions that it needs
                there. <a href={devices}>See the boards</a>
              </p>
              <div className="target-choices">
                {targets.targets.map((target) => (
                  <label key={target.name} className="row">
                    <input
                      type="checkbox"
                      checked={choices.targets.includes(target.name)}
                      onChange={() => setChoices({ ...choices, targets: toggled(choices.targets, target.name) })}
                    />
                    <TargetText target={target} />
                  </label>
                ))}
              </div>
            </fieldset>
            {choices.targets.length > 0 && (
              <Radios
                legend="Optimise packages for"
                name="optimize_packages"
                choices={LIBRARIES}
                chosenValue={choices.optimize_packages}
                noteOf={(aim) => packageFigures(targets.builds, { ...choices, optimize_packages: aim })}
                onChoose={(aim) => setChoices({ ...choices, optimize_packages: aim })}
              />
            )}
          </>
        )}
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
          <button type="submit" className="button" disabled={choices === null}>
            Save
          </button>
          <button type="button" className="button primary" disabled={choices === null} onClick={() => save(true)}>
            Save and build
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface RadiosProps<Value extends string> {
  readonly legend: string;
  readonly name: string;
  readonly choices: readonly BuildChoice<Value>[];
  readonly chosenValue: Value;
  readonly isFirst?: boolean;
  /** The figures of earlier builds with a choice. */
  readonly noteOf: (value: Value) => string;
  readonly onChoose: (value: Value) => void;
}

function Radios<Value extends string>({
  legend,
  name,
  choices,
  chosenValue,
  isFirst,
  noteOf,
  onChoose,
}: RadiosProps<Value>) {
  return (
    <fieldset className="choices stack tight">
      <legend className="label">{legend}</legend>
      {choices.map((choice) => {
        const note = noteOf(choice.value);
        return (
          <label key={choice.value} className="row">
            <input
              type="radio"
              name={name}
              checked={choice.value === chosenValue}
              data-first={isFirst === true && choice.value === chosenValue ? true : undefined}
              onChange={() => onChoose(choice.value)}
            />
            <span>
              <b>{choice.name}</b> <span className="small muted">{choice.description}</span>
              {note !== "" && (
                <>
                  <br />
                  <span className="small num">{note}</span>
                </>
              )}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

/** The boards that take a target, and the target: the words of templates/builds/target.html. */
function TargetText({ target: { name, summary, boards } }: { readonly target: Targets["targets"][number] }) {
  return (
    <span>
      <b>{capitalised(boards || summary)}</b>
      <br />
      <span className="muted small">{boards === "" ? name : `${name}: ${summary}`}</span>
    </span>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With the name, or without it where it was there. */
function toggled(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names.filter((each) => each !== name) : [...names, name].sort();
}

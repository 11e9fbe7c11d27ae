// The section `models` of forge.yml as a form. The text is the truth: the form shows what stands in it, and each edit is a
// small change of it, which others see at once and which the undo of forge.yml takes back.
import { Plus } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type * as Y from "yjs";
import { modelsPage } from "../../api/models";
import { useDiagnostics, useStudio, useText } from "../../context/studio";
import { POLICY_FILE } from "../../document/files/runefile";
import { ModelEntries, type ModelEdit, type ModelEntry } from "../../edits/model-entries";
import { undoByKeys } from "../../parts/undo-keys";
import { undoOfLastStep } from "../../session/toasts/undo-action";
import { AddModel } from "./AddModel";
import { sourcesFor } from "./choices";
import { ModelCard } from "./ModelCard";
import { useEntries } from "./use-entries";
import { useLayers } from "./use-layers";
import "./models-form.css";
import { InlineCode } from "../../../look/code/InlineCode";

interface ModelsFormProps {
  readonly text: Y.Text;
  readonly readOnly: boolean;
}

export default function ModelsForm({ text, readOnly }: ModelsFormProps) {
  const { workspace, places } = useStudio();
  const entries = useMemo(() => new ModelEntries(workspace), [workspace]);
  const { answer, error, reread } = useEntries(entries, text);
  const files = useText((state) => state.files);
  const diagnostics = useDiagnostics();
  const layersOf = useLayers(workspace.client);
  const [isAdding, setAdding] = useState(false);
  const [awaitedPath, setAwaitedPath] = useState<string | null>(null);
  const add = useRef<HTMLButtonElement>(null);

  const make = async (edit: ModelEdit): Promise<string> => {
    const reason = await entries.edit(edit);
    if (reason === "") {
      if (edit.edit === "rename-model") setAwaitedPath(edit.to);
      reread();
    }
    return reason;
  };
  const close = (): void => {
    setAdding(false);
    requestAnimationFrame(() => add.current?.focus());
  };
  const remove = async ({ path }: ModelEntry): Promise<void> => {
    const reason = await make({ edit: "remove-model", path });
    if (reason !== "") workspace.toasts.say(reason);
    else {
      workspace.toasts.say(`${path} is removed from ${POLICY_FILE}. The file stays.`, undoOfLastStep(workspace));
      add.current?.focus();
    }
  };

  if (answer === null) return <p className="panel-note muted">{error === "" ? "Reading the models…" : error}</p>;
  const still = readOnly || answer.reason !== null;
  const digests = new Map(files.map(({ path, digest }) => [path, digest]));
  const usedPaths = new Set([...answer.models.map(({ path }) => path), ...files.map(({ path }) => path)]);
  const sources = sourcesFor(files, "");
  return (
    <div
      className="file-page stack models-form"
      tabIndex={0}
      role="region"
      aria-label={`${POLICY_FILE} as a form`}
      onKeyDown={(event) => undoByKeys(event, workspace.files, POLICY_FILE)}
    >
      <div>
        <h1>Models</h1>
        <p className="muted">
          How model files are made from files of training libraries. Their conversions are on the page{" "}
          <a href={modelsPage(workspace.client)}>Models</a>.
        </p>
      </div>
      {answer.reason !== null && (
        <p className="notice warn">
          <InlineCode>{answer.reason}</InlineCode>
        </p>
      )}
      {error !== "" && (
        <p className="notice warn">
          <InlineCode>{error}</InlineCode>
        </p>
      )}
      {answer.models.length === 0 && !isAdding && (
        <p className="muted">No model of this project is made from another file.</p>
      )}
      {answer.models.map((entry) => (
        <ModelCard
          key={entry.path}
          entry={entry}
          diagnostics={diagnostics}
          sources={sourcesFor(files, entry.path)}
          layers={layersOf(digests.get(entry.source ?? ""))}
          readOnly={still}
          isAwaited={awaitedPath === entry.path}
          onEdit={make}
          onRemove={() => void remove(entry)}
          onText={() => places.goTo(POLICY_FILE, entry.span.start.line, entry.span.start.column)}
        />
      ))}
      {!still && isAdding && (
        <AddModel
          sources={sources}
          usedPaths={usedPaths}
          onAdd={async (edit) => {
            const reason = await make(edit);
            if (reason === "") {
              setAwaitedPath(edit.path);
              setAdding(false);
            }
            return reason;
          }}
          onClose={close}
        />
      )}
      {!still && !isAdding && sources.length > 0 && (
        <p>
          <button ref={add} type="button" className="button" onClick={() => setAdding(true)}>
            <Plus aria-hidden="true" />
            Add a model
          </button>
        </p>
      )}
      {!still && sources.length === 0 && (
        <p className="muted">
          To add one, convert its source on the page <a href={modelsPage(workspace.client)}>Models</a>: applying a form
          puts the source into the project and writes it here.
        </p>
      )}
    </div>
  );
}

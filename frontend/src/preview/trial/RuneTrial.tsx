// A rune of anybody's, from a file: what it says of itself, the files that it reads from its host, and the rune running.
import { useState } from "react";
import { sizeText } from "../readings/numbers";
import { Preview } from "../Preview";
import { ResourcePick } from "./ResourcePick";
import type { RuneFile } from "./rune-file";

interface Props {
  readonly file: RuneFile;
  readonly isLarge?: boolean;
}

/** Mounted anew for another file. */
export function RuneTrial({ file, isLarge = true }: Props) {
  const { contents, bytes } = file;
  const { resources, version } = contents;
  const [suppliedResources, setSuppliedResources] = useState<ReadonlyMap<string, ArrayBuffer>>(new Map());
  const lacking = resources
    .filter(({ name, hasDefault }) => !hasDefault && !suppliedResources.has(name))
    .map(({ name }) => name);
  const maker = version === null ? "The rune does not name the tool that built it." : `Built by rune ${version}.`;
  return (
    <div className="stack">
      <p className="muted">{`${sizeText(bytes.byteLength)}. ${maker}`}</p>
      {resources.length > 0 && (
        <section className="stack" aria-label="Files that the rune reads">
          <h3>Files that the rune reads</h3>
          {resources.map((resource) => (
            <ResourcePick
              key={resource.name}
              resource={resource}
              onData={(data) => setSuppliedResources((before) => new Map(before).set(resource.name, data))}
            />
          ))}
        </section>
      )}
      <Preview
        rune={lacking.length === 0 ? bytes : null}
        resources={suppliedResources}
        heading={null}
        isLarge={isLarge}
        empty={`The rune starts when it has ${lacking.join(" and ")}.`}
      />
    </div>
  );
}

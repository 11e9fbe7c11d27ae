// The view of the open file. A forge.yml without models is a text until somebody opens its form: there is nothing to show.
import { useEffect, useState } from "react";
import type * as Y from "yjs";
import type { FileView } from "../context/places";
import { usePlace, useStudio } from "../context/studio";
import { hasModels, type FilePageKind } from "../pages/reading";

/** The view, and how a person changes it. A form that was shown stays, also when its last model is removed. */
export function useView(
  reading: FilePageKind | null,
  text: Y.Text | null,
): readonly [FileView, (next: FileView) => void] {
  const { places } = useStudio();
  const view = usePlace((place) => place.view);
  const [isFormOpen, setFormOpen] = useState(false);
  const form = reading === "models" ? text : null;
  useEffect(() => {
    if (form === null) return undefined;
    const read = (): void => {
      if (hasModels(form.toJSON())) setFormOpen(true);
    };
    read();
    form.observe(read);
    return () => form.unobserve(read);
  }, [form]);
  const change = (next: FileView): void => {
    if (form !== null && next !== "text") setFormOpen(true);
    places.changeView(next);
  };
  return [form === null || isFormOpen ? view : "text", change];
}

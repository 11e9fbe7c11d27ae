// A model was given where runes are tried: what it is, and a project made of it, for anybody who may make one.
import { LogIn, Plus } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { SIGN_IN } from "../api/sign-in";
import { fetchPlaces, makeProject, type ProjectDestinations } from "./model-file";
import { InlineCode } from "../look/code/InlineCode";

/** While nobody is signed in, asked again this often, in ms: it happens in another window. */
const AGAIN = 2000;

export function FromModel({ file }: { readonly file: File }) {
  const [places, setPlaces] = useState<ProjectDestinations | null | "asking">("asking");
  const [chosenPlace, setChosenPlace] = useState<string | null>(null);
  const [isMaking, setMaking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useId();

  useEffect(() => {
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const options = await fetchPlaces();
        if (!isWanted) return;
        setPlaces(options);
        setProblem(null);
        if (options === null) timer = setTimeout(() => void ask(), AGAIN);
      } catch (error) {
        if (!isWanted) return;
        setProblem(
          error instanceof TypeError
            ? "The server did not answer. Check the connection and try again."
            : String(error instanceof Error ? error.message : error),
        );
        timer = setTimeout(() => void ask(), AGAIN);
      }
    };
    void ask();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, []);

  const organisation = places === "asking" || places === null ? "" : (chosenPlace ?? places.usual);
  const make = (): void => {
    if (places === "asking" || places === null) return;
    setMaking(true);
    setProblem(null);
    makeProject(file, organisation, places.csrf).then(
      (address) => window.location.assign(address),
      (error: unknown) => {
        setMaking(false);
        setProblem(error instanceof Error ? error.message : String(error));
      },
    );
  };
  return (
    <section className="card roomy stack" aria-label="Make a project from the model">
      <h2>{file.name} is a model, not a rune</h2>
      <p>
        Make a project from it, and see it run: the Runefile is written for you. Until you press the button, the model
        stays in this page.
      </p>
      {places === null && (
        <>
          <p>Sign in first. This page keeps the file and goes on by itself.</p>
          <div>
            <button type="button" className="button primary" onClick={() => window.open(SIGN_IN, "_blank")}>
              <LogIn aria-hidden="true" />
              Sign in
            </button>
          </div>
        </>
      )}
      {places !== "asking" && places !== null && places.organisations.length === 0 && (
        <p>
          Your role lets you view and review projects. To create projects, ask an owner for the Developer role, or{" "}
          <a href="/organisations/new">create an organisation</a>.
        </p>
      )}
      {places !== "asking" && places !== null && places.organisations.length > 0 && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            make();
          }}
        >
          {places.organisations.length > 1 && (
            <div className="field">
              <label htmlFor={field}>Organisation</label>
              <select id={field} required value={organisation} onChange={(event) => setChosenPlace(event.target.value)}>
                {organisation === "" && <option value="">Choose one</option>}
                {places.organisations.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </div>
          )}
          <div>
            <button type="submit" className="button primary" disabled={isMaking}>
              <Plus aria-hidden="true" />
              {isMaking ? "Making the project…" : "Make a project from it"}
            </button>
          </div>
        </form>
      )}
      {problem !== null && (
        <p className="notice bad" role="alert">
          <InlineCode>{problem}</InlineCode>
        </p>
      )}
    </section>
  );
}

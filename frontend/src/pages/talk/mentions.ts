// Completes names behind an @ in the conversation's fields: a list below the field, by keys or by pointer.
import { isComposing } from "../../look/keys/composing";
import { begunMention, fitting, isCombined, withMention, type BegunMention, type Person } from "./mentioning";

export function mentions(section: HTMLElement): void {
  const people = JSON.parse(section.dataset["people"] ?? "[]") as readonly Person[];
  if (people.length === 0) return;
  const box = new Suggestions(people);
  section.addEventListener("input", (event) => {
    if (isField(event.target)) box.follow(event.target);
  });
  section.addEventListener("keydown", (event) => {
    if (isComposing(event) || !isField(event.target)) return;
    if (isCombined(event)) {
      // It sends the form, whose field is empty then.
      if (event.key === "Enter") box.close();
    } else if (box.press(event.key)) event.preventDefault();
  });
  section.addEventListener("focusout", () => box.close());
}

function isField(target: EventTarget | null): target is HTMLTextAreaElement {
  return target instanceof HTMLTextAreaElement && target.matches("[data-mentions]");
}

class Suggestions {
  private readonly list = document.createElement("ul");
  private field: HTMLTextAreaElement | null = null;
  private mention: BegunMention | null = null;
  private matches: readonly Person[] = [];
  private current = 0;

  constructor(private readonly people: readonly Person[]) {
    this.list.id = "mention-suggestions";
    this.list.className = "suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "People");
    // The field keeps the focus.
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target instanceof Element ? event.target.closest("li") : null;
      const person = option === null ? undefined : this.matches[[...this.list.children].indexOf(option)];
      if (person !== undefined) this.take(person);
    });
  }

  follow(field: HTMLTextAreaElement): void {
    this.mention = begunMention(field.value, field.selectionStart);
    this.matches = this.mention === null ? [] : fitting(this.people, this.mention.query);
    if (this.matches.length === 0) {
      this.close();
      return;
    }
    this.field = field;
    this.current = 0;
    field.after(this.list);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    this.draw();
  }

  /** Whether the key was for the list. */
  press(key: string): boolean {
    if (this.field === null) return false;
    if (key === "ArrowDown" || key === "ArrowUp") {
      this.current = (this.current + (key === "ArrowDown" ? 1 : this.matches.length - 1)) % this.matches.length;
      this.draw();
      return true;
    }
    const person = this.matches[this.current];
    if ((key === "Enter" || key === "Tab") && person !== undefined) {
      this.take(person);
      return true;
    }
    if (key !== "Escape") return false;
    this.close();
    return true;
  }

  close(): void {
    this.field?.removeAttribute("aria-activedescendant");
    this.field?.removeAttribute("aria-controls");
    this.field = null;
    this.list.remove();
  }

  private take(person: Person): void {
    const field = this.field;
    if (field === null || this.mention === null) return;
    const { text, caret } = withMention(field.value, this.mention, person);
    field.value = text;
    field.setSelectionRange(caret, caret);
    this.close();
  }

  private draw(): void {
    this.list.replaceChildren(
      ...this.matches.map((person, index) => {
        const option = document.createElement("li");
        option.id = `mention-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", String(index === this.current));
        const mark = Object.assign(document.createElement("span"), {
          className: `avatar person-${person.colour}`,
          textContent: person.initials,
        });
        mark.setAttribute("aria-hidden", "true");
        option.append(mark, person.name);
        return option;
      }),
    );
    this.field?.setAttribute("aria-activedescendant", `mention-${this.current}`);
  }
}

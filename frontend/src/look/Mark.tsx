// Hammer Forge's own mark, an anvil: the shape of static/icons/forge.svg, for the bars that scripts draw. A page of the
// server has it from templates/parts/frame/mark.html.
export function Mark() {
  return (
    <svg viewBox="4 7 24 19" aria-hidden="true">
      <path
        fill="currentColor"
        d="M6 10h6v4a6 6 0 0 1-6-4Zm7-1h13v3c-4 .8-7 2.2-7 5.5 0 1.6 1 2.7 3 3.5v3H11v-3c2-.8 3-1.9 3-3.5V9Z"
      />
    </svg>
  );
}

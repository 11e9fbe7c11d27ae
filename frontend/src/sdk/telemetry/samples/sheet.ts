// How the question about samples looks, beside what panel-sheet.ts says of all questions.
export const CARD_STYLE = `
ul { list-style: none; padding: 0; margin: 0 0 8px; }
li { padding: 2px 0; }
label { display: flex; gap: 8px; align-items: center; min-height: 24px; flex: 1; }
input { accent-color: var(--rune-player-accent, auto); width: 18px; height: 18px; margin: 0; flex: none; }
input:focus-visible { outline: 2px solid var(--rune-player-accent, currentColor); outline-offset: 2px; }
p.small { line-height: 18px; }
button:disabled { opacity: .6; cursor: default; }
`;

// How <rune-player> looks. A sheet that is constructed needs no `style-src` in a page's policy. Colours of the page win:
// --rune-player-accent, and whatever `::part(…)` sets.
const TEXT = `
:host { display: block; max-width: 28rem; font: 14px/20px system-ui, sans-serif; color: inherit; }
:host([hidden]) { display: none; }
.box { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 8px; overflow: hidden; }
.input { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 12px 16px; }
.telemetry:not(:empty) { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
.input:empty, .result:empty { display: none; }
.result { padding: 12px 16px; border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
button, input { font: inherit; min-height: 36px; border-radius: 6px; border: 1px solid color-mix(in srgb, currentColor 35%, transparent); background: transparent; color: inherit; padding: 0 12px; }
button { cursor: pointer; }
button:focus-visible, input:focus-visible, canvas:focus-visible { outline: 2px solid var(--rune-player-accent, #c2410c); outline-offset: 2px; }
input { flex: 1 1 8rem; min-width: 0; }
video, canvas { display: block; width: 100%; max-height: 240px; object-fit: contain; background: #000; border-radius: 6px; }
video[hidden] { display: none; }
canvas { width: 168px; height: 168px; background: #fff; border: 1px solid color-mix(in srgb, currentColor 35%, transparent); touch-action: none; cursor: crosshair; }
.answer { font-size: 32px; line-height: 40px; font-weight: 600; overflow-wrap: anywhere; }
.small { font-size: 12px; opacity: .75; }
.bar { display: grid; grid-template-columns: minmax(48px, 25%) 1fr 44px; gap: 8px; align-items: center; font-size: 12px; }
progress { width: 100%; height: 6px; accent-color: var(--rune-player-accent, #c2410c); }
.error { color: #b91c1c; }
@media (prefers-color-scheme: dark) { .error { color: #fca5a5; } }
`;

export function sheet(): CSSStyleSheet {
  const styles = new CSSStyleSheet();
  styles.replaceSync(TEXT);
  return styles;
}

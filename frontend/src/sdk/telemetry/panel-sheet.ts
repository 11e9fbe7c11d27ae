// How the question looks. A sheet that is constructed needs no `style-src` in a page's policy.
export const PANEL_STYLE = `
:host { display: block; font: 14px/20px system-ui, sans-serif; color: inherit; }
:host([hidden]) { display: none; }
:host([data-corner]) { color-scheme: light dark; color: CanvasText; background: Canvas; border: 1px solid GrayText; border-radius: 8px; }
.box { padding: 10px 14px; }
p { margin: 4px 0 8px; }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.small { font-size: 12px; line-height: 24px; }
a { color: inherit; text-underline-offset: 2px; }
button { font: inherit; color: inherit; background: transparent; border: 1px solid color-mix(in srgb, currentColor 55%, transparent); border-radius: 6px; min-height: 36px; min-width: 64px; padding: 0 12px; cursor: pointer; }
button.quiet { min-height: 24px; min-width: 0; padding: 0 4px; border-color: transparent; text-decoration: underline; text-underline-offset: 2px; }
a:focus-visible, button:focus-visible { outline: 2px solid var(--rune-player-accent, currentColor); outline-offset: 2px; }
@media (pointer: coarse) { button { min-height: 44px; } button.quiet { min-height: 44px; padding: 0 8px; } }
`;

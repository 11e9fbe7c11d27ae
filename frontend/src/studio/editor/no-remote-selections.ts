// Stands in the build where y-codemirror.next draws the carets of others: carets.ts draws them here, and what is never
// drawn is not sent.
export const yRemoteSelections = [];
export const yRemoteSelectionsTheme = [];

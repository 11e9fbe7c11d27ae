// A person's choices about an output, stored in this browser. Without storage nothing is stored, and nothing breaks.

const PREFIX = "forge.preview.";

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // A browser without storage, or a full one.
  }
}

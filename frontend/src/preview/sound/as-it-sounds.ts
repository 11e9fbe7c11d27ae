// The settings of a microphone for a rune, in the studio and in pages of others.

/** One channel without what browsers do to make speech pleasant for people: a rune learned from plain recordings. */
export const AS_IT_SOUNDS = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  channelCount: 1,
} as const;

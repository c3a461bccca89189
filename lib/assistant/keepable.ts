/** NUL, and half of a character: no database keeps them, and texts copied from documents hold them. */
const UNKEEPABLE = /[\0\p{Cs}]/gu;

/** A text without what cannot be kept. */
export const keepable = (text: string): string => text.replace(UNKEEPABLE, "");

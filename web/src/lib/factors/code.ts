/** The digits of what was typed or pasted (`123 456`), six at most. */
export const digitsOf = (text: string) => text.replace(/\D/g, '').slice(0, 6);

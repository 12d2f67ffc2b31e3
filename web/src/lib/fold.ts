/** Lower case without tone marks, đ as d: the same folding as the server's search. */
export function fold(text: string): string {
	return text
		.normalize('NFD')
		.replace(/[\u0300-\u036f]/g, '')
		.replace(/[đĐ]/g, 'd')
		.toLowerCase()
		.trim();
}

/** Whether every word of the query begins a word of the text. */
export function matches(text: string, query: string): boolean {
	const words = fold(text).split(/[^a-z0-9]+/);
	return fold(query)
		.split(/\s+/)
		.every((wanted) => words.some((word) => word.startsWith(wanted)));
}

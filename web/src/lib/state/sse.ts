/** Puts the pieces of a server-sent event stream together: answers the data of the events that are complete. */
export function parseEvents(): (piece: string) => string[] {
	let rest = '';
	return (piece) => {
		// A line may end in two characters, which may come apart; what is told holds neither.
		rest += piece.replaceAll('\r', '');
		const blocks = rest.split('\n\n');
		rest = blocks.pop() ?? '';
		return blocks
			.map((block) =>
				block
					.split('\n')
					.filter((line) => line.startsWith('data:'))
					.map((line) => line.slice(line.startsWith('data: ') ? 6 : 5))
					.join('\n')
			)
			.filter((data) => data !== '');
	};
}

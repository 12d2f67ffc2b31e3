import { type Entry, needsPerson } from './entry';

export interface Counts {
	/** Not yet at the server. */
	unsent: number;
	/** Of these, waiting for a decision of the person. */
	troubled: number;
}

export function count(queue: readonly Entry[]): Counts {
	const unsent = queue.filter((entry) => entry.state !== 'done');
	return { unsent: unsent.length, troubled: unsent.filter(needsPerson).length };
}

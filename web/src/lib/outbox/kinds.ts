// What the list says of an entry, and what may follow it. Code, not stored: a newer client speaks better of old entries.
import { api } from '$lib/api';
import type { Edit, Entry } from './entry';

export interface Kind {
	/** The screen where the record is seen. */
	href(entry: Entry): string;
	/** What the record is now, to be shown beside what was meant. */
	now?(entry: Entry): Promise<{ version: number; text: string }>;
	/** Codes of refusals that say: locked, too late. */
	locks?: readonly string[];
	/** The request to amend that takes the place of what came too late. */
	amendment?(entry: Entry, reason: string): Pick<Edit, 'kind' | 'method' | 'path' | 'body'>;
}

const idOf = (entry: Entry) => entry.target.slice(entry.target.indexOf('/') + 1);

export const kinds: Record<string, Kind> = {
	'unit.rename': {
		href: (entry) => `/don-vi/${idOf(entry)}`,
		now: async (entry) => {
			const unit = await api.unit(idOf(entry));
			return { version: unit.version, text: unit.full_name };
		}
	}
};

export const kindOf = (entry: Entry): Kind | undefined => kinds[entry.kind];
export const locksOf = (entry: Entry): ReadonlySet<string> => new Set(kindOf(entry)?.locks ?? []);

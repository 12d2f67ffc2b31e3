import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import type { Today } from '$lib/api/types';
import { guard } from '$lib/state/require';

/** What the first page shows of today. It opens without: the network may be off, and it is where one begins. */
async function mine(): Promise<Today | null> {
	try {
		return await api.myToday();
	} catch (cause) {
		// Who is signed in, and what comes before everything else, is the router's to say.
		if (!(cause instanceof Problem) || cause.status === 401 || cause.status === 403) throw cause;
		return null;
	}
}

export const load = async ({ url, depends, untrack }) => {
	depends('khue:today');
	const here = untrack(() => new URL(url.href));
	return { today: await guard(mine(), here) };
};

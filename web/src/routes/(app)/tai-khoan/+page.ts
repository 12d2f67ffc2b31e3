import { api } from '$lib/api';
import { guard } from '$lib/state/require';

export const load = async ({ url, depends }) => {
	depends('khue:sessions', 'khue:factors');
	const [{ items }, factors] = await guard(Promise.all([api.sessions(), api.factors()]), url);
	// This one first, then the one used last.
	const sessions = items.toSorted(
		(a, b) => Number(b.current) - Number(a.current) || b.seen_at.localeCompare(a.seen_at)
	);
	return { sessions, factors };
};

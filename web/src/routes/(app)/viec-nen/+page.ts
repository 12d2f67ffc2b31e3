import { api } from '$lib/api';
import { states } from '$lib/jobs/names';
import { guard } from '$lib/state/require';

export const load = async ({ url, parent, depends }) => {
	depends('khue:jobs');
	const { me } = await parent();
	const oversees = me.capabilities.includes('settings.manage');
	const mine = !oversees || url.searchParams.get('xem') === 'cua-toi';
	const asked = url.searchParams.get('trang-thai') ?? '';
	const state = states.includes(asked) ? asked : '';
	const read = async (limit: number) => {
		const [jobs, recurring] = await Promise.all([
			mine ? api.myJobs() : api.jobs({ state, limit }),
			oversees ? api.recurringJobs() : { items: [] }
		]);
		const items = mine ? jobs.items.filter((job) => !state || job.state === state) : jobs.items;
		const next = 'next' in jobs ? jobs.next : null;
		return { items, more: !!next, recurring: recurring.items };
	};
	return { oversees, mine, state, read, first: await guard(read(40), url) };
};

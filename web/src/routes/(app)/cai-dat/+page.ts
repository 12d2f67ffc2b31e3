import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import { guard } from '$lib/state/require';

/** Units tried at once: nobody holds roles at more, and manages settings at each. */
const most = 4;

export const load = async ({ url, parent, depends }) => {
	depends('khue:settings');
	const { me } = await parent();
	const asked = url.searchParams.get('don-vi');
	if (asked) {
		const known = me.grants.find((grant) => grant.unit.id === asked)?.unit;
		const [{ items }, unit] = await guard(Promise.all([api.settings(asked), known ?? api.unit(asked)]), url);
		return { unit: { id: unit.id, name: 'full_name' in unit ? unit.full_name : unit.name }, settings: items };
	}
	// Of the units where one holds a role, the first whose settings one may change.
	const units = [...new Map(me.grants.map(({ unit }) => [unit.id, unit])).values()].slice(0, most);
	for (const unit of me.capabilities.includes('settings.manage') ? units : []) {
		try {
			const { items } = await api.settings(unit.id);
			return { unit: { id: unit.id, name: unit.name }, settings: items };
		} catch (cause) {
			if (!(cause instanceof Problem) || (cause.status !== 403 && cause.status !== 404))
				await guard(Promise.reject(cause), url);
		}
	}
	return { unit: null, settings: [] };
};

import { api } from '$lib/api';
import { guard } from '$lib/state/require';

/** The units named in the address, as the parts to begin with. */
export const load = async ({ url }) => {
	const ids = (url.searchParams.get('phan') ?? '').split(',').filter(Boolean).slice(0, 40);
	const units = await guard(Promise.all(ids.map((id) => api.unit(id))), url);
	return { units };
};

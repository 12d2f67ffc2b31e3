import { api } from '$lib/api';
import { guard, requireMe } from '$lib/state/require';

/** The school whose rooms these are; what lies in them reads it with `await parent()` or from `data.school`. */
export const load = async ({ params, url, depends, untrack }) => {
	depends('khue:school');
	// Read once: going from room to room within a school asks nothing anew.
	const here = untrack(() => new URL(url.href));
	const [me, school] = await Promise.all([requireMe(here), guard(api.unit(params.school), here)]);
	return { me, school };
};

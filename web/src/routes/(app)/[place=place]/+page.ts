import { redirect } from '@sveltejs/kit';
import { placeHref } from '$lib/school/places';
import { requireMe } from '$lib/state/require';
import type { PageLoad } from './$types';

/** `/lop` is the classes of whoever opens it. */
export const load: PageLoad = async ({ params, url }) => {
	const me = await requireMe(new URL(url.href));
	const href = placeHref(params.place, me);
	redirect(307, url.search && !href.includes('?') ? href + url.search : href);
};

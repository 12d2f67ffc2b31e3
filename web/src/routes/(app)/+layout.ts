import { redirect } from '@sveltejs/kit';
import { enrolPath } from '$lib/navigate';
import { requireMe } from '$lib/state/require';

export const load = async ({ url }) => {
	const me = await requireMe(new URL(url.href));
	if (me.account.must_change_password) redirect(307, '/doi-mat-khau');
	if (me.account.must_enrol) redirect(307, enrolPath(url.pathname + url.search));
	return { me };
};

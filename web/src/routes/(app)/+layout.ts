import { redirect } from '@sveltejs/kit';
import { requireMe } from '$lib/state/require';

export const load = async ({ url }) => {
	const me = await requireMe(new URL(url.href));
	if (me.account.must_change_password) redirect(307, '/doi-mat-khau');
	return { me };
};

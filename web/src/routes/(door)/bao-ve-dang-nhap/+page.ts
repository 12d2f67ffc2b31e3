import { redirect } from '@sveltejs/kit';
import { safeReturn } from '$lib/navigate';
import { guard, requireMe } from '$lib/state/require';
import { session } from '$lib/state/session.svelte';

export const load = async ({ url }) => {
	let me = await requireMe(url);
	// What is known may be older than the requirement.
	if (!me.account.must_enrol) me = await guard(session.again(), url);
	const back = safeReturn(url.searchParams.get('ve'));
	if (me.account.must_change_password) redirect(307, '/doi-mat-khau');
	if (!me.account.must_enrol) redirect(307, back);
	return { me, back };
};

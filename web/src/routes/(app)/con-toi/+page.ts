import { redirect } from '@sveltejs/kit';
import { api } from '$lib/api';
import { guard } from '$lib/state/require';

export const load = async ({ url, parent }) => {
	await parent();
	const children = await guard(api.myChildren(), url);
	const [only, ...others] = children;
	if (only && others.length === 0) redirect(307, `/con-toi/${only.pupil}`);
	return { children };
};

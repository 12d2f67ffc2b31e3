import { error } from '@sveltejs/kit';
import { api } from '$lib/api';
import { guard } from '$lib/state/require';

export const load = async ({ url }) => {
	const id = url.searchParams.get('don-vi');
	if (!id) error(404);
	return { unit: await guard(api.unit(id), url) };
};

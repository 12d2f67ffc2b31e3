import { api } from '$lib/api';
import { guard } from '$lib/state/require';

export const load = async ({ params, url, depends }) => {
	depends('khue:unit');
	const asked = url.searchParams.get('ngay') ?? '';
	const asOf = /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : '';
	const [unit, children] = await Promise.all([
		guard(api.unit(params.id, asOf || undefined), url),
		guard(api.units({ parent: params.id, as_of: asOf, sort: 'name', limit: 10 }), url)
	]);
	return { unit, children, asOf };
};

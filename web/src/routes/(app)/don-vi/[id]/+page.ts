import { guard } from '$lib/state/require';
import { unitScreen } from '$lib/units/screen';

export const load = async ({ params, url, depends }) => {
	depends('khue:unit');
	const asked = url.searchParams.get('ngay') ?? '';
	const asOf = /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : '';
	return { ...(await guard(unitScreen(params.id, asOf), url)), asOf };
};

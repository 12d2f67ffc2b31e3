import { api } from '$lib/api';
import type { Page, UnitRow } from '$lib/api/types';
import { guard } from '$lib/state/require';
import { edgeBelow } from '$lib/units/names';

const none: Page<UnitRow> = { items: [], next: null, total: 0, total_is_more: false };

export const load = async ({ params, url, depends }) => {
	depends('khue:unit');
	const asked = url.searchParams.get('ngay') ?? '';
	const asOf = /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : '';
	const unit = await guard(api.unit(params.id, asOf || undefined), url);
	const edge = edgeBelow(unit.kind);
	// What lies below is counted in the row; what answers to an office is not.
	const children =
		edge === 'place' && unit.children === 0
			? none
			: await guard(api.units({ parent: unit.id, edge, as_of: asOf, sort: 'name', limit: 10 }), url);
	return { unit, children, asOf };
};

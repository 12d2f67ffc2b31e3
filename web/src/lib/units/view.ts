// What the address of the units screen says. A link shows the same thing to whoever opens it.
import {
	addressText,
	type ListAddress,
	type ListView,
	readList,
	serverSort as sortOf,
	writeList
} from '$lib/ui/address';

export type View = 'cay' | 'bang';

export const columnIds = ['ma', 'loai', 'thuoc', 'con', 'tu', 'den'] as const;
export type ColumnId = (typeof columnIds)[number];
const spec: ListAddress = {
	columns: columnIds,
	usual: ['loai', 'ma', 'thuoc', 'con'],
	sorts: { ten: 'name', ma: 'code', loai: 'kind' },
	sort: 'ten'
};

export interface UnitsView extends ListView {
	view: View;
	kinds: string[];
	parent: string;
	asOf: string;
	/** The whole country, and not only one's own. */
	whole: boolean;
}

const isDay = (text: string | null): text is string => /^\d{4}-\d{2}-\d{2}$/.test(text ?? '');

export function readView(params: URLSearchParams): UnitsView {
	const asOf = params.get('ngay');
	return {
		...readList(spec, params),
		view: params.get('xem') === 'bang' ? 'bang' : 'cay',
		kinds: (params.get('loai') ?? '').split(',').filter(Boolean),
		parent: params.get('cha') ?? '',
		asOf: isDay(asOf) ? asOf : '',
		whole: params.get('pham-vi') === 'ca-nuoc'
	};
}

/** Whose own is less than what is in sight: a ministry's is all of it, and who holds no role has none. */
export const hasOwn = (grants: { unit: { kind: string } }[]): boolean =>
	grants.length > 0 && grants.every(({ unit }) => unit.kind !== 'ministry');

export const serverSort = (sort: string): string => sortOf(spec, sort);

export function writeView(view: UnitsView): string {
	const params = new URLSearchParams();
	if (view.view !== 'cay') params.set('xem', view.view);
	if (view.whole) params.set('pham-vi', 'ca-nuoc');
	if (view.kinds.length) params.set('loai', view.kinds.join(','));
	if (view.parent) params.set('cha', view.parent);
	if (view.asOf) params.set('ngay', view.asOf);
	writeList(spec, view, params);
	return addressText(params);
}

// What the address of the units screen says. A link shows the same thing to whoever opens it.
export type View = 'cay' | 'bang';

export const columnIds = ['ma', 'loai', 'thuoc', 'con', 'tu', 'den'] as const;
export type ColumnId = (typeof columnIds)[number];
const usual: readonly ColumnId[] = ['loai', 'ma', 'thuoc', 'con'];
const sorts: Record<string, string> = { ten: 'name', ma: 'code', loai: 'kind' };

export interface UnitsView {
	view: View;
	q: string;
	kinds: string[];
	parent: string;
	asOf: string;
	sort: string;
	columns: ColumnId[];
}

const isDay = (text: string | null): text is string => /^\d{4}-\d{2}-\d{2}$/.test(text ?? '');

export function readView(params: URLSearchParams): UnitsView {
	const columns = params.get('cot');
	const asOf = params.get('ngay');
	const sort = params.get('sap') ?? '';
	return {
		view: params.get('xem') === 'bang' ? 'bang' : 'cay',
		q: params.get('q') ?? '',
		kinds: (params.get('loai') ?? '').split(',').filter(Boolean),
		parent: params.get('cha') ?? '',
		asOf: isDay(asOf) ? asOf : '',
		sort: sort.replace(/^-/, '') in sorts ? sort : 'ten',
		columns: columns === null ? [...usual] : columnIds.filter((id) => columns.split(',').includes(id))
	};
}

/** The sort as the server names it. */
export function serverSort(sort: string): string {
	const name = sorts[sort.replace(/^-/, '')] ?? 'name';
	return sort.startsWith('-') ? `-${name}` : name;
}

export function writeView(view: UnitsView): string {
	const params = new URLSearchParams();
	if (view.view !== 'cay') params.set('xem', view.view);
	if (view.q) params.set('q', view.q);
	if (view.kinds.length) params.set('loai', view.kinds.join(','));
	if (view.parent) params.set('cha', view.parent);
	if (view.asOf) params.set('ngay', view.asOf);
	if (view.sort !== 'ten') params.set('sap', view.sort);
	if (
		view.columns.join() !== usual.join() &&
		view.columns.join() !== columnIds.filter((id) => usual.includes(id)).join()
	)
		params.set('cot', view.columns.join(','));
	const text = params.toString().replaceAll('%2C', ',');
	return text ? `?${text}` : '';
}

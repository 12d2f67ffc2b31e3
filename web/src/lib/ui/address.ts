// What the address of every list says: what is searched, how it is sorted, which columns are shown. A link shows the
// same list to whoever opens it, and what is usual is not said.

export interface ListView {
	q: string;
	/** A column, downwards with `-` before it. */
	sort: string;
	columns: string[];
}

export interface ListAddress {
	/** All columns that can be chosen, in their order. */
	columns: readonly string[];
	usual: readonly string[];
	/** The columns that can be sorted by, with the names the server gives them. */
	sorts: Record<string, string>;
	/** How it is sorted when the address does not say. */
	sort: string;
}

export function readList(spec: ListAddress, params: URLSearchParams): ListView {
	const columns = params.get('cot');
	const sort = params.get('sap') ?? '';
	return {
		q: params.get('q') ?? '',
		sort: sort.replace(/^-/, '') in spec.sorts ? sort : spec.sort,
		columns: spec.columns.filter((id) =>
			columns === null ? spec.usual.includes(id) : columns.split(',').includes(id)
		)
	};
}

export function writeList(spec: ListAddress, view: ListView, params: URLSearchParams) {
	if (view.q) params.set('q', view.q);
	if (view.sort !== spec.sort) params.set('sap', view.sort);
	const usual = spec.columns.filter((id) => spec.usual.includes(id));
	if (view.columns.join() !== usual.join()) params.set('cot', view.columns.join(','));
}

/** The parameters as they stand in an address, commas left readable. */
export function addressText(params: URLSearchParams): string {
	const text = params.toString().replaceAll('%2C', ',');
	return text ? `?${text}` : '';
}

/** The sort as the server names it. */
export function serverSort(spec: ListAddress, sort: string): string {
	const name = spec.sorts[sort.replace(/^-/, '')] ?? spec.sorts[spec.sort] ?? '';
	return sort.startsWith('-') ? `-${name}` : name;
}

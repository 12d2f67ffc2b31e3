export const fold = (text) =>
	text
		.normalize('NFD')
		.replace(/[\u0300-\u036f]/g, '')
		.replace(/[đĐ]/g, 'd')
		.toLowerCase()
		.trim();

const viet = new Intl.Collator('vi');
const most = 500;

/** Sorts and cuts a list the way the server does: a cursor is opaque, the total stops counting at 500. */
export function page(rows, query) {
	const sort = query.get('sort') ?? 'name';
	const down = sort.startsWith('-');
	const by = down ? sort.slice(1) : sort;
	const value = (row) => (by === 'code' ? (row.code ?? '\uffff') : by === 'kind' ? row.kind : row.name);
	rows.sort(
		(a, b) => viet.compare(value(a), value(b)) || viet.compare(a.name, b.name) || a.id.localeCompare(b.id)
	);
	if (down) rows.reverse();
	const limit = Math.min(200, Number(query.get('limit') ?? 40));
	const start = Number(query.get('cursor') ?? 0);
	const items = rows.slice(start, start + limit);
	return {
		items,
		next: start + limit < rows.length ? String(start + limit) : null,
		total: Math.min(rows.length, most),
		total_is_more: rows.length > most
	};
}

// What the address of the list of classes says, and what is shown of it. A school has few classes: all are read at once,
// and looked through here.
import type { ClassRow } from '$lib/api/types';
import { matches } from '$lib/fold';
import { addressText, type ListAddress, type ListView, readList, writeList } from '$lib/ui/address';

const spec: ListAddress = {
	columns: [],
	usual: [],
	sorts: { ten: 'name', chunhiem: 'homeroom', siso: 'pupils' },
	sort: 'ten'
};

export interface ClassesView extends ListView {
	year: string;
	asOf: string;
	grade: string;
	/** Only those that nobody leads. */
	unled: boolean;
}

export function readClasses(params: URLSearchParams): ClassesView {
	const asOf = params.get('ngay') ?? '';
	const year = params.get('nam') ?? '';
	return {
		...readList(spec, params),
		year: /^\d{4}-\d{4}$/.test(year) ? year : '',
		asOf: /^\d{4}-\d{2}-\d{2}$/.test(asOf) ? asOf : '',
		grade: params.get('khoi') ?? '',
		unled: params.get('thieu') === 'chu-nhiem'
	};
}

export function writeClasses(view: ClassesView): string {
	const params = new URLSearchParams();
	if (view.year) params.set('nam', view.year);
	if (view.asOf) params.set('ngay', view.asOf);
	if (view.grade) params.set('khoi', view.grade);
	if (view.unled) params.set('thieu', 'chu-nhiem');
	writeList(spec, view, params);
	return addressText(params);
}

const byText = new Intl.Collator('vi', { numeric: true });

/** The classes that are asked for, in the order that is asked for; by name they stand as the school orders them. */
export function chosenClasses(all: ClassRow[], view: ClassesView): ClassRow[] {
	const shown = all.filter(
		(one) =>
			(!view.grade || one.grade === view.grade) &&
			(!view.unled || !one.homeroom) &&
			(!view.q || matches(`${one.name} ${one.code} ${one.homeroom?.full_name ?? ''}`, view.q))
	);
	const down = view.sort.startsWith('-');
	const by = view.sort.replace('-', '');
	if (by === 'siso') shown.sort((a, b) => a.pupils - b.pupils);
	// The given name comes last and counts first, as names are ordered here.
	if (by === 'chunhiem') shown.sort((a, b) => byText.compare(givenFirst(a), givenFirst(b)));
	return down ? shown.reverse() : shown;
}

function givenFirst(one: ClassRow): string {
	const words = one.homeroom?.full_name.split(' ') ?? ['\uffff'];
	return [words.at(-1), ...words.slice(0, -1)].join(' ');
}

/** The school years that can be looked at around one: `2026-2027`, newest first. */
export function yearsAround(year: string): string[] {
	const first = Number(year.slice(0, 4));
	return [1, 0, -1, -2, -3, -4].map((step) => `${first + step}-${first + step + 1}`);
}

// What the address of the list of pupils says. A link shows the same list to whoever opens it.
import type { Missing, PupilQuery } from '$lib/api/types';
import {
	addressText,
	type ListAddress,
	type ListView,
	readList,
	serverSort,
	writeList
} from '$lib/ui/address';

export const columnIds = ['lop', 'sinh', 'gioi', 'dantoc', 'ma', 'tinhtrang', 'tu', 'den'] as const;
export type ColumnId = (typeof columnIds)[number];
const spec: ListAddress = {
	columns: columnIds,
	usual: ['lop', 'sinh', 'gioi', 'ma', 'tinhtrang'],
	sorts: { ten: 'name', lop: 'class', sinh: 'birth', tu: 'from' },
	sort: 'lop'
};

const whethers = { 'dang-hoc': 'here', 'da-roi': 'left', 'tat-ca': 'all' } as const;
export type Whether = keyof typeof whethers;

const lackings = {
	'ngay-sinh': 'birth',
	'gioi-tinh': 'sex',
	'dan-toc': 'ethnic_group',
	'ma-hoc-sinh': 'pupil_code',
	'so-dinh-danh': 'personal_number'
} as const satisfies Record<string, Missing>;
export type Lacking = keyof typeof lackings;
/** How an address says what is not written of somebody. */
export const lackingOf = (what: Missing): Lacking =>
	(Object.keys(lackings) as Lacking[]).find((word) => lackings[word] === what) ?? 'ngay-sinh';
/** And what that is. */
export const missingOf = (word: Lacking): Missing => lackings[word];
/** In place of a class's id: those who are in none. */
export const noClass = 'none';

export interface PupilsView extends ListView {
	whether: Whether;
	asOf: string;
	grade: string;
	/** A class's id. */
	class: string;
	sex: string;
	/** Only those of whom this is not written. */
	lacking: Lacking | '';
}

export function readPupils(params: URLSearchParams): PupilsView {
	const asOf = params.get('ngay') ?? '';
	const whether = params.get('ai') ?? '';
	const lacking = params.get('thieu') ?? '';
	return {
		...readList(spec, params),
		whether: whether in whethers ? (whether as Whether) : 'dang-hoc',
		asOf: /^\d{4}-\d{2}-\d{2}$/.test(asOf) ? asOf : '',
		grade: params.get('khoi') ?? '',
		class: params.get('lop') ?? '',
		sex: params.get('gioi') ?? '',
		lacking: lacking in lackings ? (lacking as Lacking) : ''
	};
}

export function writePupils(view: PupilsView): string {
	const params = new URLSearchParams();
	if (view.whether !== 'dang-hoc') params.set('ai', view.whether);
	if (view.asOf) params.set('ngay', view.asOf);
	if (view.grade) params.set('khoi', view.grade);
	if (view.class) params.set('lop', view.class);
	if (view.sex) params.set('gioi', view.sex);
	if (view.lacking) params.set('thieu', view.lacking);
	writeList(spec, view, params);
	return addressText(params);
}

/** The same, as the server is asked. */
export const asked = (view: PupilsView): PupilQuery => ({
	q: view.q || undefined,
	as_of: view.asOf || undefined,
	grade: view.grade || undefined,
	class: view.class || undefined,
	sex: view.sex || undefined,
	missing: view.lacking ? lackings[view.lacking] : undefined,
	whether: view.whether === 'dang-hoc' ? undefined : whethers[view.whether],
	sort: serverSort(spec, view.sort)
});

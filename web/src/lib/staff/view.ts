// What the address of the list of staff says. A link shows the same list to whoever opens it.
import type { StaffQuery } from '$lib/api/types';
import {
	addressText,
	type ListAddress,
	type ListView,
	readList,
	serverSort,
	writeList
} from '$lib/ui/address';

export const columnIds = [
	'vitri',
	'nhom',
	'chunhiem',
	'taikhoan',
	'sinh',
	'hopdong',
	'ma',
	'trangthai',
	'tu'
] as const;
export type ColumnId = (typeof columnIds)[number];
const spec: ListAddress = {
	columns: columnIds,
	usual: ['vitri', 'nhom', 'chunhiem', 'taikhoan', 'trangthai'],
	sorts: { ten: 'name', sinh: 'birth', tu: 'from' },
	sort: 'ten'
};

const whethers = { 'dang-lam': 'here', 'da-roi': 'left', 'tat-ca': 'all' } as const;
export type Whether = keyof typeof whethers;
export const whetherIds = Object.keys(whethers) as Whether[];

export interface StaffView extends ListView {
	whether: Whether;
	asOf: string;
	/** A code of DM_NHOM_CAN_BO. */
	group: string;
}

export function readStaff(params: URLSearchParams): StaffView {
	const asOf = params.get('ngay') ?? '';
	const whether = params.get('ai') ?? '';
	return {
		...readList(spec, params),
		whether: whether in whethers ? (whether as Whether) : 'dang-lam',
		asOf: /^\d{4}-\d{2}-\d{2}$/.test(asOf) ? asOf : '',
		group: params.get('nhom') ?? ''
	};
}

export function writeStaff(view: StaffView): string {
	const params = new URLSearchParams();
	if (view.whether !== 'dang-lam') params.set('ai', view.whether);
	if (view.asOf) params.set('ngay', view.asOf);
	if (view.group) params.set('nhom', view.group);
	writeList(spec, view, params);
	return addressText(params);
}

/** The same, as the server is asked. */
export const asked = (view: StaffView): StaffQuery => ({
	q: view.q || undefined,
	as_of: view.asOf || undefined,
	group: view.group || undefined,
	whether: view.whether === 'dang-lam' ? undefined : whethers[view.whether],
	sort: serverSort(spec, view.sort)
});

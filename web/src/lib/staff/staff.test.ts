import { expect, test } from 'vitest';
import type { Staff } from '$lib/api/types';
import { isHere, may } from './acts';
import { asked, readStaff, writeStaff } from './view';

test('the address of the list says what is unusual, and comes back the same', () => {
	const text = '?ai=da-roi&ngay=2026-10-01&nhom=2&q=an&sap=-sinh&cot=vitri,tu';
	expect(writeStaff(readStaff(new URLSearchParams(text)))).toBe(text);
	expect(writeStaff(readStaff(new URLSearchParams('ai=ma&ngay=mai&sap=la')))).toBe('');
	expect(asked(readStaff(new URLSearchParams(text)))).toMatchObject({
		whether: 'left',
		as_of: '2026-10-01',
		group: '2',
		sort: '-birth'
	});
});

const somebody = (valid_to: string | null, rights: string[], has_account = false) =>
	({
		id: 'a',
		has_account,
		may: rights,
		work: [{ id: 'a', valid_from: '2026-08-01', valid_to, status: '1', positions: [] }]
	}) as unknown as Staff;

test('what can be done follows from the rights and from whether they still work there', () => {
	const edits = ['staff.edit', 'staff.view_private'];
	expect(may(somebody(null, edits), 'ket-thuc')).toBe(true);
	expect(may(somebody(null, edits), 'tro-lai')).toBe(false);
	expect(may(somebody('2026-10-01', edits), 'tro-lai')).toBe(true);
	expect(may(somebody('2026-10-01', edits), 'vi-tri')).toBe(false);
	expect(may(somebody(null, ['staff.edit']), 'sua-bao-ve')).toBe(false);
	expect(may(somebody(null, []), 'sua-thong-tin')).toBe(false);
	const links = ['school.manage', 'account.view'];
	expect(may(somebody(null, links), 'gan-tai-khoan')).toBe(true);
	expect(may(somebody(null, links, true), 'gan-tai-khoan')).toBe(false);
	expect(may(somebody(null, ['school.manage']), 'gan-tai-khoan')).toBe(false);
	expect(isHere(somebody('2026-10-01', []), '2026-09-30')).toBe(true);
	expect(isHere(somebody('2026-10-01', []), '2026-10-01')).toBe(false);
});

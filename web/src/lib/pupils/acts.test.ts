import { expect, test } from 'vitest';
import type { Pupil } from '$lib/api/types';
import { classOn, isAct, may, stayOf } from './acts';

const pupil = (left_by: string | null, rights: string[] = ['pupil.edit', 'pupil.view_protected']): Pupil =>
	({
		id: 'a',
		may: rights,
		stays: [
			{ id: 'z', classes: [], left_by: null },
			{
				id: 'a',
				left_by,
				classes: [
					{ name: 'Lớp 6A', valid_from: '2026-08-01', valid_to: '2026-10-01' },
					{ name: 'Lớp 6B', valid_from: '2026-10-01', valid_to: null }
				]
			}
		]
	}) as unknown as Pupil;

test('who is here can go, and who has gone can come back', () => {
	expect([may(pupil(null), 'chuyen-di'), may(pupil(null), 'hoc-lai')]).toEqual([true, false]);
	expect([may(pupil('left'), 'chuyen-di'), may(pupil('left'), 'hoc-lai')]).toEqual([false, true]);
	expect(may(pupil('left'), 'sua-lan-hoc')).toBe(true);
	expect(may(pupil(null, []), 'chuyen-di')).toBe(false);
	expect(may(pupil(null, ['pupil.edit']), 'sua-bao-ve')).toBe(false);
	expect(isAct('bay-len')).toBe(false);
});

test('the class of a day is that of the stay the page is about', () => {
	expect(stayOf(pupil(null))?.id).toBe('a');
	expect(classOn(pupil(null), '2026-09-30')?.name).toBe('Lớp 6A');
	expect(classOn(pupil(null), '2026-10-01')?.name).toBe('Lớp 6B');
	expect(classOn(pupil(null), '2026-07-01')).toBeUndefined();
});

import { expect, test } from 'vitest';
import type { FieldAbout } from '$lib/api/types';
import { isTyped, read, shown, typed } from './values';

const field = (type: string, more: Partial<FieldAbout> = {}): FieldAbout => ({
	key: 'k',
	label: 'K',
	type,
	...more
});

test('what is shown is in words', () => {
	const lists = [
		{ code: 'DM', name: '', complete: true, units: false, values: [{ code: '01', name: 'Kinh' }] }
	];
	expect(shown(field('code', { list: 'DM' }), '01', lists)).toBe('Kinh');
	expect(shown(field('code', { list: 'DM' }), '99', lists), 'an unknown code is kept').toBe('99');
	expect(shown(field('bool'), '0', [])).toBe('Không');
	expect(shown(field('dec'), '35.5', [])).toBe('35,5');
	expect(shown(field('date'), '2014-03-26', [])).toBe('26/03/2014');
	expect(shown(field('day'), '2014-03', [])).toBe('03/2014');
	expect(shown(field('text'), null, [])).toBe('');
});

test('what is typed comes back the same, and what is nothing of the kind is told', () => {
	for (const [type, value] of [
		['dec', '35.5'],
		['int', '42'],
		['day', '2014-03-26'],
		['date', '2014-03-26'],
		['code', '01'],
		['bool', '0']
	] as const)
		expect(read(field(type), typed(field(type), value))).toBe(value);
	expect(read(field('text'), '  ')).toBeNull();
	for (const [type, text] of [
		['int', 'ba'],
		['dec', '1,2,3'],
		['date', '31/02/2014'],
		['day', '13/2014']
	] as const)
		expect(read(field(type), text), `${type} ${text}`).toBeUndefined();
});

test('what is computed or has an act of its own is not typed', () => {
	expect(isTyped(field('text'))).toBe(true);
	expect(isTyped(field('text', { computed_by: 'registry' }))).toBe(false);
	expect(isTyped(field('text', { changed_by: 'move_class' }))).toBe(false);
	expect(isTyped(field('ref'))).toBe(false);
});

import { expect, test } from 'vitest';
import type { ImportRow, ImportTable } from '$lib/api/types';
import { columnsOf, fillDown, fixesOf, inverse, plainOf, valueText } from './rows';

const column = (letters: string, key: string | null) =>
	({ letters, key, title: '', confidence: 100, reason: '', clash: null }) as ImportTable['columns'][number];
const table = {
	sheet: 'Học sinh',
	what: 'pupils',
	skipped: false,
	sure: true,
	rows: 2,
	aside: [],
	columns: [column('A', 'full_name'), column('B', 'birth_date'), column('C', 'class'), column('D', null)]
} as unknown as ImportTable;
const said = (key: string, code: string, refuses = true) => ({ key, code, refuses, at: '', detail: code });
const row = (n: number, text: string, all: ReturnType<typeof said>[]) =>
	({
		table: 0,
		sheet: 'Học sinh',
		row: n,
		verdict: 'refused',
		choice: null,
		cells: [{ letters: 'B', key: 'birth_date', text }],
		said: all,
		changes: [],
		candidates: []
	}) as unknown as ImportRow;

test('a cell is mended once, whatever is said of it, and what keeps the row out comes first', () => {
	const one = row(2, '31/02/2014', [
		said('class', 'cell.not_in_list', false),
		said('birth_date', 'date.no_such_day'),
		said('birth_date', 'other', false),
		said('full_name', 'import.doubtful', false),
		said('full_name', 'cell.mended', false)
	]);
	const fixes = fixesOf(one, table);
	expect(fixes.map(({ letters, text, refuses }) => [letters, text, refuses])).toEqual([
		['B', '31/02/2014', true],
		['C', '', false]
	]);
	expect(plainOf(one, table).map(({ code }) => code)).toEqual(['import.doubtful', 'cell.mended']);
});

test('what was corrected is taken back cell by cell and choice by choice', () => {
	const rows = [row(2, '31/02/2014', [])];
	expect(inverse(rows, { cells: [{ table: 0, row: 2, letters: 'B', text: '28/02/2014' }] })).toEqual({
		cells: [{ table: 0, row: 2, letters: 'B', text: '31/02/2014' }]
	});
	expect(inverse(rows, { rows: [{ table: 0, row: 2, choice: 'new' }] })).toEqual({
		rows: [{ table: 0, row: 2, choice: null }]
	});
});

test('filling down mends the rows below with the same problem in the same column, and no others', () => {
	const rows = [
		row(2, 'x', [said('birth_date', 'date.no_such_day')]),
		row(3, 'x', [said('birth_date', 'date.future')]),
		row(4, 'x', [said('birth_date', 'date.no_such_day')])
	];
	const [first] = rows;
	const fix = first && fixesOf(first, table)[0];
	expect(first && fix && fillDown(rows, first, fix, '01/02/2014').map((cell) => cell.row)).toEqual([2, 4]);
	expect(rows[2] && fix && fillDown(rows, rows[2], fix, 'y').map((cell) => cell.row)).toEqual([4]);
});

test('what stands beside each row is what tells people apart, of tables that are taken', () => {
	expect(columnsOf([table])).toEqual(['full_name', 'birth_date', 'class']);
	expect(columnsOf([{ ...table, skipped: true } as ImportTable])).toEqual([]);
});

test('values are shown as people write them', () => {
	expect([
		valueText('birth_date', '2014-03-26'),
		valueText('birth_date', '2014'),
		valueText('sex', '2')
	]).toEqual(['26/03/2014', '2014', 'Nữ']);
});

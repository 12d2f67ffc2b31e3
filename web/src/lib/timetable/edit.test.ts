import { expect, test } from 'vitest';
import type { TeachingTable } from '$lib/api/types';
import {
	blockOf,
	type Cell,
	exactly,
	keyOf,
	meant,
	type Place,
	paste,
	placeOf,
	slotsOf,
	sums,
	teacherOf,
	Week
} from './edit';

const subject = (code: string, name: string, week_one = 4, also: string[] = []) => ({
	subject: code,
	name,
	also,
	part: 'compulsory',
	periods: week_one * 35,
	week_one,
	week_two: week_one + 1
});
const subjects = [
	subject('toan', 'Toán'),
	subject('ngu_van', 'Ngữ văn'),
	subject('giao_duc_cong_dan', 'Giáo dục công dân', 1),
	subject('giao_duc_the_chat', 'Giáo dục thể chất', 2),
	subject('tin_hoc', 'Tin học', 1),
	subject('ngoai_ngu_1', 'Ngoại ngữ 1', 3, ['Tiếng Anh', 'Anh'])
];
const assigned = (subject: string, staff: string, more = {}) => ({
	id: subject + staff,
	class: 'c1',
	class_name: '6A1',
	subject,
	subject_name: subject,
	semester: 0,
	staff,
	person: staff,
	full_name: staff,
	responsible: false,
	valid_from: '2026-09-07',
	...more
});
const table = {
	classes: [{ id: 'c1', code: '6A1', name: '6A1', grade: '6', subjects }],
	staff: [
		{ id: 's1', full_name: 'Lê Thị Hương' },
		{ id: 's2', full_name: 'Trần Văn Nam' },
		{ id: 's3', full_name: 'Đỗ Văn Nam' }
	],
	items: [
		assigned('toan', 's1'),
		assigned('toan', 's2', { responsible: true }),
		assigned('tin_hoc', 's3', { semester: 2 })
	]
} as unknown as TeachingTable;
const cell = (subject: string, teacher: string | null = null): Cell => ({ subject, teacher, room: null });
const monday = (period: number): Place => ({ class: 'c1', day: 2, half: 'morning', period });
const codes = (word: string) => meant(subjects, word).map((one) => one.subject);

test('words mean subjects without marks, by beginnings and first letters', () => {
	expect(codes('toan')).toEqual(['toan']);
	expect(codes('v')).toEqual(['ngu_van']);
	expect(codes('gdcd')).toEqual(['giao_duc_cong_dan']);
	expect(codes('gd')[0]).toBe('giao_duc_cong_dan');
	expect(codes('the')).toEqual(['giao_duc_the_chat']);
	expect(codes('anh')[0]).toBe('ngoai_ngu_1');
	expect(codes('')).toHaveLength(6);
	expect(codes('xyz')).toEqual([]);
});

test('pasted words mean one subject or none', () => {
	expect(exactly(subjects, 'GDCD')?.subject).toBe('giao_duc_cong_dan');
	expect(exactly(subjects, 'Giáo dục')).toBeUndefined();
	expect(exactly(subjects, 'Văn')?.subject).toBe('ngu_van');
	expect(exactly(subjects, 'Tiếng Anh')?.subject).toBe('ngoai_ngu_1');
	expect(exactly(subjects, 'tin')?.subject).toBe('tin_hoc');
});

test('whoever is responsible teaches; a semester has its own', () => {
	expect(teacherOf(table, 'c1', 'toan', 1)).toBe('s2');
	expect(teacherOf(table, 'c1', 'tin_hoc', 1)).toBeNull();
	expect(teacherOf(table, 'c1', 'tin_hoc', 2)).toBe('s3');
});

test('a block of a spreadsheet fills the week, and what is not understood is told by its place', () => {
	const block = blockOf('Toán - Hương\tVăn\r\nLạ lùng\t\r\nTin học\tToán\r\n');
	expect(block).toEqual([
		['Toán - Hương', 'Văn'],
		['Lạ lùng', ''],
		['Tin học', 'Toán']
	]);
	const at = (row: number, column: number): Place | null =>
		row < 2 ? { class: 'c1', day: 2 + column, half: 'morning', period: row + 1 } : null;
	const { cells, left } = paste(block, at, table, 1);
	expect(cells).toEqual([
		[keyOf(monday(1)), cell('toan', 's1')],
		[keyOf({ ...monday(1), day: 3 }), cell('ngu_van')],
		[keyOf({ ...monday(2), day: 3 }), undefined]
	]);
	expect(left).toEqual([
		{ at: monday(2), text: 'Lạ lùng' },
		{ at: null, text: 'Tin học' },
		{ at: null, text: 'Toán' }
	]);
	// Two of a name: the assignment decides.
	expect(paste([['Toán - Nam']], () => monday(1), table, 1).cells).toEqual([
		[keyOf(monday(1)), cell('toan', 's2')]
	]);
});

test('every step is undone and done again, and a new one ends what was undone', () => {
	const start = new Week(new Map([[keyOf(monday(1)), cell('toan')]]));
	const two = start.set([
		[keyOf(monday(1)), undefined],
		[keyOf(monday(2)), cell('ngu_van')]
	]);
	expect([...two.lessons.keys()]).toEqual([keyOf(monday(2))]);
	expect(two.set([[keyOf(monday(2)), cell('ngu_van')]])).toBe(two);
	const [back, cells] = two.undo();
	expect(back.lessons).toEqual(start.lessons);
	expect(cells).toEqual([keyOf(monday(1)), keyOf(monday(2))]);
	expect(back.canUndo).toBe(false);
	expect(back.redo()[0].lessons).toEqual(two.lessons);
	expect(back.set([[keyOf(monday(3)), cell('toan')]]).canRedo).toBe(false);
});

test('lessons go to the server in one order, and places are read back', () => {
	const lessons = new Map([
		[keyOf(monday(2)), cell('ngu_van')],
		[keyOf(monday(1)), cell('toan', 's1')]
	]);
	expect(slotsOf(lessons).map((one) => [one.period, one.half_day, one.teacher])).toEqual([
		[1, 'morning', 's1'],
		[2, 'morning', null]
	]);
	expect(placeOf(keyOf(monday(2)))).toEqual(monday(2));
});

test('a class has its periods beside what it should have, by semester', () => {
	const lessons = new Map([[keyOf(monday(1)), cell('toan')]]);
	const one = table.classes[0];
	if (!one) throw new Error('a class');
	expect(sums(lessons, one, 1)[0]).toMatchObject({ has: 1, must: 4 });
	expect(sums(lessons, one, 2)[1]).toMatchObject({ has: 0, must: 5 });
});

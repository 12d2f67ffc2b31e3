import { expect, test } from 'vitest';
import type { TimetableGround } from '$lib/api/types';
import {
	assignedTo,
	blockOf,
	type Class,
	candidates,
	changed,
	differences,
	fromFile,
	lesson,
	meant,
	pasted,
	type Slot,
	Steps,
	sums,
	textOf,
	weekOf
} from './making';

const subject = (code: string, name: string, also: string[], weekly: number, teachers: string[] = []) => ({
	subject: code,
	name,
	also,
	weekly,
	teachers
});
const of: Class = {
	id: 'a',
	name: '6A1',
	grade: '6',
	subjects: [
		subject('toan', 'Toán', ['T', 'Toán học'], 4, ['huong']),
		subject('tin_hoc', 'Tin học', ['Tin', 'TH'], 1, ['an', 'nam']),
		subject('ngu_van', 'Ngữ văn', ['Văn', 'NV'], 4),
		subject('nghe_thuat', 'Nghệ thuật', ['Hoạ', 'Nhạc'], 2),
		subject('khoa_hoc_tu_nhien', 'Khoa học tự nhiên', ['Hoá', 'KHTN'], 4)
	]
};
const ground: TimetableGround = {
	year: '2026-2027',
	hours: { last_day: 6, morning: 5, afternoon: 3, grades: { '7': ['afternoon'] } },
	classes: [of],
	teachers: [
		{ id: 'huong', name: 'Lê Thị Hương' },
		{ id: 'huong2', name: 'Trần Thu Hương' },
		{ id: 'an', name: 'Phạm An' },
		{ id: 'nam', name: 'Vũ Nam' }
	]
};
const at = (period: number, day = 2) => ({ class: 'a', day, half_day: 'morning' as const, period });
const [toan, tin] = of.subjects as [Class['subjects'][0], Class['subjects'][0]];
const put = (period: number, day = 2): Slot => lesson(at(period, day), toan);

test('a subject is found by its first letters, its code and its usual short forms, with or without marks', () => {
	const first = (typed: string) => candidates(of.subjects, typed)[0]?.subject;
	for (const [typed, code] of [
		['t', 'toan'],
		['toa', 'toan'],
		['ti', 'tin_hoc'],
		['TH', 'tin_hoc'],
		['tin_hoc', 'tin_hoc'],
		['van', 'ngu_van'],
		['khtn', 'khoa_hoc_tu_nhien'],
		['nghe', 'nghe_thuat'],
		// With marks they are compared, wherever the tone stands.
		['hoạ', 'nghe_thuat'],
		['họa', 'nghe_thuat'],
		['hóa', 'khoa_hoc_tu_nhien']
	] as const)
		expect(first(typed), typed).toBe(code);
	expect(candidates(of.subjects, 'xyz')).toEqual([]);
	expect(candidates(of.subjects, '')).toHaveLength(5);
});

test('the teacher follows from the assignments when they say one', () => {
	expect(put(1).teacher).toBe('huong');
	expect(assignedTo(tin)).toBeNull();
});

test('a block of a spreadsheet is read with its quotes, and written so that it is read again', () => {
	expect(blockOf('Toán\tVăn\r\n"Tin\nAn"\t"nói ""x"""\r\n')).toEqual([
		['Toán', 'Văn'],
		['Tin\nAn', 'nói "x"']
	]);
	expect(blockOf('a\t\tb')).toEqual([['a', '', 'b']]);
	const rows = [
		['a', 'b\nc', ''],
		['', 'd "e"', 'f']
	];
	expect(blockOf(textOf(rows))).toEqual(rows);
});

test('a cell names subject, teacher and room in the ways of timetables', () => {
	const said = (text: string) => {
		const found = meant(ground, of, text);
		return found && [found.subject.subject, found.teacher, found.room, found.unsure];
	};
	expect(said('Toán')).toEqual(['toan', 'huong', null, null]);
	// Two are so called; one is assigned.
	expect(said('Toán - Hương')).toEqual(['toan', 'huong', null, null]);
	expect(said('Văn - Hương')).toEqual(['ngu_van', null, null, 'Hương']);
	expect(said('Văn\nThu Hương')).toEqual(['ngu_van', 'huong2', null, null]);
	expect(said('Tin (cô An) [Phòng Tin 1]')).toEqual(['tin_hoc', 'an', 'Phòng Tin 1', null]);
	expect(said('Múa')).toBeNull();
});

test('a pasted block lists what it could not put by its place, and loses nothing', () => {
	const week = weekOf(ground, of, []);
	const block = [
		['Toán', 'Múa', ''],
		['Văn - Hương', 'tin', 'Toán']
	];
	const { changes, left } = pasted(ground, of, week, { row: 0, column: 3 }, block);
	expect(changes.map(({ at, lessons }) => [at.day, at.period, lessons[0]?.subject])).toEqual([
		[5, 1, 'toan'],
		[5, 2, 'ngu_van'],
		[6, 2, 'tin_hoc']
	]);
	expect(left.map(({ text, why, row, column }) => [text, why, row, column])).toEqual([
		['Múa', 'subject', 1, 2],
		['Văn - Hương', 'teacher', 2, 1],
		['Toán', 'outside', 2, 3]
	]);
	// What is not put leaves the cell as it was; an empty cell empties.
	const before = [put(1, 6)];
	const after = changed(before, changes);
	expect(after.some((slot) => slot.day === 6 && slot.period === 1)).toBe(true);
	const empty = pasted(ground, of, week, { row: 0, column: 4 }, [['']]);
	expect(changed(before, empty.changes)).toEqual([]);
});

test('steps are taken back and done again, and what changes nothing is no step', () => {
	const steps = new Steps<Slot[]>([]);
	const one = changed(steps.now, [{ at: at(1), lessons: [put(1)] }]);
	expect(steps.go(one)).toBe(true);
	expect(steps.go(changed(one, [{ at: at(1), lessons: [put(1)] }]))).toBe(false);
	expect(steps.go(changed(one, [{ at: at(2), lessons: [put(2)] }]))).toBe(true);
	expect(steps.undo() && steps.now).toEqual(one);
	expect(steps.undo() && steps.now).toEqual([]);
	expect(steps.undo()).toBe(false);
	expect(steps.redo() && steps.now).toEqual(one);
	steps.go([]);
	expect(steps.canRedo).toBe(false);
});

test('periods are summed by subject, and changed cells are counted', () => {
	const slots = [put(1), put(2), put(1, 3)];
	expect(sums(of, slots).map(({ subject, has }) => `${subject.name} ${has}/${subject.weekly}`)).toContain(
		'Toán 3/4'
	);
	expect(differences([put(1)], slots)).toBe(2);
	expect(differences(slots, [...slots].reverse())).toBe(0);
	expect(differences(slots, [{ ...put(1), room: 'B' }, put(2), put(1, 3)])).toBe(1);
});

test('a file takes the place of the classes it has, and of no other', () => {
	const other = { ...put(1), class: 'b' };
	const now = [put(1), put(2), other];
	expect(changed(now, fromFile(now, [put(2), put(3)]))).toEqual([put(2), other, put(3)]);
	expect(fromFile(now, [put(1), put(2)])).toEqual([]);
});

test('a class has the half-days of its grade, and what lies beyond is shown', () => {
	expect(weekOf(ground, of, []).rows).toHaveLength(8);
	const seventh = { ...of, grade: '7' };
	expect(weekOf(ground, seventh, []).rows.every(({ half }) => half === 'afternoon')).toBe(true);
	expect(weekOf(ground, seventh, [put(2)]).rows.filter(({ half }) => half === 'morning')).toHaveLength(2);
	expect(weekOf(ground, of, [put(1, 8)]).days.at(-1)).toBe(8);
});

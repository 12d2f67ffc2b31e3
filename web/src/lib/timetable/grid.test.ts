import { expect, test } from 'vitest';
import type { Timetable } from '$lib/api/types';
import { grid, type Lesson, whose } from './grid';

const lesson = (
	class_name: string,
	day: number,
	half_day: string,
	period: number,
	teacher?: string
): Lesson =>
	({
		class: class_name,
		class_name,
		day,
		half_day,
		period,
		subject: 'toan',
		subject_name: 'Toán',
		teacher,
		teacher_name: teacher
	}) as Lesson;
const lessons = [
	lesson('Lớp 6A10', 2, 'morning', 1, 'Lan'),
	lesson('Lớp 6A2', 3, 'morning', 6),
	lesson('Lớp 6A2', 2, 'afternoon', 1)
];
const table = { hours: { last_day: 6, morning: 5, afternoon: 4 }, lessons } as unknown as Timetable;

test('whose it is stands in the order of their numbers', () => {
	expect(whose(lessons, 'class').map(({ name }) => name)).toEqual(['Lớp 6A2', 'Lớp 6A10']);
	expect(whose(lessons, 'teacher')).toEqual([{ id: 'Lan', name: 'Lan' }]);
});

test('a week has the days and periods of the school, and one more where it is used', () => {
	const { days, rows } = grid(table, lessons);
	expect(days).toEqual([2, 3, 4, 5, 6]);
	expect(rows.filter((row) => row.half === 'morning')).toHaveLength(6);
	expect(rows[0]?.cells[0]).toHaveLength(1);
	expect(rows.filter((row) => row.half === 'afternoon')).toHaveLength(4);
	expect(grid(table, [lessons[0] as Lesson]).rows.some((row) => row.half === 'afternoon')).toBe(false);
});

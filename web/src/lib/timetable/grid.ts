// A week as it hangs on the wall: days across, periods down.
import type { Timetable } from '$lib/api/types';

export type Lesson = Timetable['lessons'][number];
export interface Row {
	half: 'morning' | 'afternoon';
	period: number;
	/** By day of the week, from 2 (thứ Hai). */
	cells: Lesson[][];
}

/** Whose timetable can be shown: what the lessons name, in their order. */
export function whose(lessons: Lesson[], by: 'class' | 'teacher'): { id: string; name: string }[] {
	const all = new Map<string, string>();
	for (const lesson of lessons) {
		const id = by === 'class' ? lesson.class : lesson.teacher;
		const name = by === 'class' ? lesson.class_name : lesson.teacher_name;
		if (id && name) all.set(id, name);
	}
	const order = new Intl.Collator('vi', { numeric: true });
	return [...all].map(([id, name]) => ({ id, name })).sort((a, b) => order.compare(a.name, b.name));
}

/** The days and periods of a school, and what lies in each. A period beyond the usual hours has a row when it is used. */
export function grid(table: Timetable, lessons: Lesson[]): { days: number[]; rows: Row[] } {
	const lastDay = Math.max(table.hours.last_day, ...lessons.map((lesson) => lesson.day));
	const days = Array.from({ length: lastDay - 1 }, (_, at) => at + 2);
	const rows = (['morning', 'afternoon'] as const).flatMap((half) => {
		const used = lessons.filter((lesson) => lesson.half_day === half);
		const last = Math.max(table.hours[half], ...used.map((lesson) => lesson.period));
		// A half day in which nobody ever has a lesson is not drawn.
		if (used.length === 0 && half === 'afternoon') return [];
		return Array.from({ length: last }, (_, at) => ({
			half,
			period: at + 1,
			cells: days.map((day) => used.filter((one) => one.day === day && one.period === at + 1))
		}));
	});
	return { days, rows };
}

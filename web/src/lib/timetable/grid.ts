// A week as it hangs on the wall: days across, periods down.
import type { Timetable } from '$lib/api/types';

export type Lesson = Timetable['lessons'][number];
export interface Row {
	half: 'morning' | 'afternoon';
	period: number;
	/** By day of the week, from 2 (thứ Hai). */
	cells: Lesson[][];
}

export type By = 'class' | 'teacher' | 'room';

/** Whose a lesson is. Rooms are known by their names. */
export const of = (lesson: Lesson, by: By): string | null | undefined =>
	({ class: lesson.class, teacher: lesson.teacher, room: lesson.room })[by];

/** Whose timetable can be shown: what the lessons name, in their order. */
export function whose(lessons: Lesson[], by: By): { id: string; name: string }[] {
	const all = new Map<string, string>();
	for (const lesson of lessons) {
		const id = of(lesson, by);
		const name = { class: lesson.class_name, teacher: lesson.teacher_name, room: lesson.room }[by];
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

/** The whole school: a column for each class, days and periods down. */
export function whole(table: Timetable) {
	const classes = whose(table.lessons, 'class');
	const { days, rows } = grid(table, table.lessons);
	return {
		classes,
		days: days.map((day, at) => ({
			day,
			rows: rows.map(({ half, period, cells }) => {
				const by = new Map(cells[at]?.map((lesson) => [lesson.class, lesson]));
				return { half, period, cells: classes.map(({ id }) => by.get(id)) };
			})
		}))
	};
}

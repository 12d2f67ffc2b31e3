// How a week is drawn while it is changed: one class with its days across, or the whole school with its classes across.
import type { Timetable, YearPlan } from '$lib/api/types';
import type { Half, Place, SchoolClass } from './edit';
import { placeOf } from './edit';

type Hours = Timetable['hours'];
interface Words {
	day: (n: number) => string;
	morning: string;
	afternoon: string;
}
interface Head {
	key: string;
	name: string;
	begins?: boolean;
}
export interface Layout {
	rows: Head[];
	columns: Head[];
	place: (row: number, column: number) => Place;
	/** The row and column of a place, where it is drawn. */
	find: (place: Place) => [number, number] | null;
}

const HALVES: Half[] = ['morning', 'afternoon'];

/** The hours of lessons: the timetable's, else the year's. */
export const frame = (table: Timetable | null, plan: YearPlan): Hours =>
	table?.hours ?? plan.hours ?? { last_day: 7, morning: 5, afternoon: 5 };

const plus = (iso: string, days: number) =>
	new Date(Date.parse(`${iso}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/**
 * From which day a changed timetable is proposed to hold: the Monday after today; where there is none yet, the first day of
 * lessons, or this week's Monday once they have begun. A timetable of the future is mended on its own day.
 */
export function firstDay(table: Timetable | null, plan: YearPlan, today: string): string {
	const monday = plus(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7));
	if (!table) return today <= plan.first_day ? plan.first_day : monday;
	return table.valid_from > today ? table.valid_from : plus(monday, 7);
}

/** Half days in which nobody may have lessons are not drawn, unless something lies there. */
export function layout(
	view: 'class' | 'school',
	hours: Hours,
	classes: readonly SchoolClass[],
	only: string,
	lessons: ReadonlyMap<string, unknown>,
	words: Words
): Layout {
	const shown = view === 'class' ? classes.filter((one) => one.id === only) : classes;
	const ids = new Set(shown.map((one) => one.id));
	const most = { day: hours.last_day, morning: hours.morning, afternoon: hours.afternoon };
	const used = new Set<Half>();
	for (const key of lessons.keys()) {
		const at = placeOf(key);
		if (!ids.has(at.class)) continue;
		used.add(at.half);
		most.day = Math.max(most.day, at.day);
		most[at.half] = Math.max(most[at.half], at.period);
	}
	const allowed = (half: Half) =>
		used.has(half) ||
		shown.some((one) => {
			const of = hours.grades?.[one.grade];
			return !of || of.includes(half);
		});
	const days = Array.from({ length: most.day - 1 }, (_, n) => n + 2);
	const periods = HALVES.filter(allowed).flatMap((half) =>
		Array.from({ length: most[half] }, (_, n) => ({ half, period: n + 1 }))
	);
	const name = (half: Half, period: number) =>
		`${half === 'morning' ? words.morning : words.afternoon} ${period}`;
	if (view === 'class') {
		return {
			rows: periods.map(({ half, period }) => ({
				key: half + period,
				name: name(half, period),
				begins: period === 1 && half === 'afternoon'
			})),
			columns: days.map((day) => ({ key: String(day), name: words.day(day) })),
			place: (row, column) => ({
				class: only,
				day: days[column] ?? 2,
				half: periods[row]?.half ?? 'morning',
				period: periods[row]?.period ?? 1
			}),
			find: (at) => {
				const row = periods.findIndex((one) => one.half === at.half && one.period === at.period);
				const column = days.indexOf(at.day);
				return at.class === only && row >= 0 && column >= 0 ? [row, column] : null;
			}
		};
	}
	const times = days.flatMap((day) => periods.map((one) => ({ day, ...one })));
	return {
		rows: times.map(({ day, half, period }) => ({
			key: `${day}${half}${period}`,
			name: period === 1 ? `${words.day(day)} · ${name(half, period)}` : name(half, period),
			begins: period === 1
		})),
		columns: shown.map((one) => ({ key: one.id, name: one.name })),
		place: (row, column) => ({
			class: shown[column]?.id ?? '',
			day: times[row]?.day ?? 2,
			half: times[row]?.half ?? 'morning',
			period: times[row]?.period ?? 1
		}),
		find: (at) => {
			const row = times.findIndex(
				(one) => one.day === at.day && one.half === at.half && one.period === at.period
			);
			const column = shown.findIndex((one) => one.id === at.class);
			return row >= 0 && column >= 0 ? [row, column] : null;
		}
	};
}

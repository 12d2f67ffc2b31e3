// The weeks of a year as they are drawn: Monday to Sunday, each in one semester, or a holiday.
import type { YearPlan } from '$lib/api/types';

export interface Week {
	/** Its Monday. */
	from: string;
	/** Its number, counting weeks with lessons; null on holidays. */
	number: number | null;
	semester: 1 | 2;
	holiday: string | null;
	now: boolean;
}

const ms = 86_400_000;
const at = (iso: string) => Date.parse(`${iso}T00:00:00Z`);
const iso = (time: number) => new Date(time).toISOString().slice(0, 10);
const monday = (time: number) => time - ((new Date(time).getUTCDay() + 6) % 7) * ms;

/** A week is a holiday when no day from Monday to Saturday may have lessons, as the server counts it. */
export function weeksOf(plan: YearPlan, today: string): Week[] {
	const weeks: Week[] = [];
	const off = (day: string) =>
		plan.holidays?.find((one) => one.first_day <= day && day <= one.last_day)?.name ?? null;
	let number = 0;
	for (let time = monday(at(plan.first_day)); time <= at(plan.last_day); time += 7 * ms) {
		const days = [0, 1, 2, 3, 4, 5]
			.map((n) => iso(time + n * ms))
			.filter((day) => day >= plan.first_day && day <= plan.last_day);
		const free = days.length > 0 && days.every((day) => off(day)) ? off(days[0] ?? '') : null;
		const lessons = days.length > 0 && !free;
		if (lessons) number++;
		weeks.push({
			from: iso(time),
			number: lessons ? number : null,
			semester: iso(time + 6 * ms) < plan.semester_two ? 1 : 2,
			holiday: free,
			now: iso(time) <= today && today <= iso(time + 6 * ms)
		});
	}
	return weeks;
}

/** The first of so many days that end on one: `first('2026-09-30', 30)` is `2026-09-01`. */
export function first(last: string, days: number): string {
	const date = new Date(`${last}T00:00:00Z`);
	date.setUTCDate(date.getUTCDate() + 1 - days);
	return date.toISOString().slice(0, 10);
}

export const spans = [7, 30, 90] as const;

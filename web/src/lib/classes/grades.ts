import { t } from '$lib/i18n/classes';
import { codes } from '$lib/school/codes.svelte';

/** Which grades a level teaches: codes of DM_KHOI, from and to. */
const levels: Record<string, [number, number]> = {
	MN: [13, 18],
	TH: [1, 5],
	THCS: [6, 9],
	THPT: [10, 12]
};

/** `Khối 6`; what the youngest are in has a name of its own. */
export function gradeName(grade: string): string {
	return Number(grade) <= 12 ? t.grade(grade) : codes.name('DM_KHOI', grade);
}

/** The grades a school has; all of them where its levels do not say (continuing education). */
export function gradesOf(taught: string[]): { value: string; label: string }[] {
	const ranges = taught.flatMap((level) => (levels[level] ? [levels[level]] : []));
	return codes
		.values('DM_KHOI')
		.filter(
			({ code }) =>
				ranges.length < taught.length ||
				ranges.some(([from, to]) => Number(code) >= from && Number(code) <= to)
		)
		.map(({ code }) => ({ value: code, label: gradeName(code) }));
}

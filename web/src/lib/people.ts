import { day, parseDay } from '$lib/format';

/** What is known of a birth: `2014-03-26` as 26/03/2014, `2014-03` as 03/2014, `2014`. */
export function birthText(birth: string | null | undefined): string {
	if (!birth) return '';
	return birth.length === 10 ? day(birth) : birth.split('-').reverse().join('/');
}

/** What somebody typed of a birth, as far as they know it: `26/3/2014`, `3/2014`, `2014`. Null when it is none of these. */
export function parseBirth(text: string): string | null {
	const typed = text.trim();
	const year = /^(\d{4})$/.exec(typed)?.[1];
	if (year) return year;
	const [, month, of] = /^(\d{1,2})[/.\- ](\d{4})$/.exec(typed) ?? [];
	if (month && of) {
		return Number(month) >= 1 && Number(month) <= 12 ? `${of}-${month.padStart(2, '0')}` : null;
	}
	return parseDay(typed);
}

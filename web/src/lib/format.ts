// Dates are dd/mm/yyyy and times are those of Vietnam, wherever the device thinks it is.
const zone = 'Asia/Ho_Chi_Minh';

const parts = new Intl.DateTimeFormat('en-GB', {
	timeZone: zone,
	year: 'numeric',
	month: '2-digit',
	day: '2-digit',
	hour: '2-digit',
	minute: '2-digit',
	hourCycle: 'h23'
});

/** `2026-09-05` as `05/09/2026`. */
export function day(iso: string | null | undefined): string {
	const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso ?? '');
	return match ? `${match[3]}/${match[2]}/${match[1]}` : '';
}

/** What is known of a birth, `2014-03-26`, `2014-03` or `2014`, as people write it. */
export const born = (known: string) => known.split('-').reverse().join('/');

/** An instant as `05/09/2026 07:30`, in Vietnam's time. */
export function instant(iso: string | null | undefined): string {
	if (!iso) return '';
	const date = new Date(iso);
	if (Number.isNaN(date.getTime())) return '';
	return parts.format(date).replace(',', '');
}

/** Today in Vietnam, as `2026-11-23`. */
export function today(now: Date = new Date()): string {
	return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(now);
}

/** What a person typed (`5/9/2026`, `05092026`, `5-9-26`) as an ISO date, or null. */
export function parseDay(text: string): string | null {
	const trimmed = text.trim();
	const match =
		/^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})$/.exec(trimmed) ??
		/^(\d{2})(\d{2})(\d{4})$/.exec(trimmed);
	if (!match) return null;
	const [, d, m, y] = match;
	const year = y?.length === 2 ? 2000 + Number(y) : Number(y);
	const date = new Date(Date.UTC(year, Number(m) - 1, Number(d)));
	if (
		date.getUTCFullYear() !== year ||
		date.getUTCMonth() !== Number(m) - 1 ||
		date.getUTCDate() !== Number(d)
	) {
		return null;
	}
	return date.toISOString().slice(0, 10);
}

/** The first day meant by what was typed: a day, a month (`1/2024`) or a year (`2024`). Null when it is none of them. */
export function parseFrom(text: string): string | null {
	const match = /^(?:(\d{1,2})[/.\- ])?(\d{4})$/.exec(text.trim());
	return parseDay(match ? `1/${match[1] ?? 1}/${match[2]}` : text);
}

/** `1045000` as `1.045.000`. */
export const count = (n: number) => String(n).replace(/\B(?=(\d{3})+$)/g, '.');

/** The school year a date falls into, `2026-2027`; it begins in August. */
export function schoolYear(iso: string): string {
	const year = Number(iso.slice(0, 4)) - (Number(iso.slice(5, 7)) < 8 ? 1 : 0);
	return `${year}-${year + 1}`;
}

/** The two letters of a person's avatar: middle and given name, as Vietnamese names are said. */
export function initials(name: string): string {
	const words = name.trim().split(/\s+/).filter(Boolean);
	return words
		.slice(-2)
		.map((word) => word[0]?.toLocaleUpperCase('vi') ?? '')
		.join('');
}

import { expect, test } from 'vitest';
import { readClasses } from '$lib/classes/view';
import vi from '$lib/i18n/vi/overview';
import { asked, lackingOf, missingOf, readPupils } from '$lib/pupils/view';
import { waitingHref } from './waiting';

const href = (what: string) => waitingHref('s', { what, count: 1, year: '2026-2027' });

test('what waits leads to the rows that were counted', () => {
	const pupils = new URL(href('without_class') ?? '', 'https://khue');
	expect(pupils.pathname).toBe('/truong/s/hoc-sinh');
	expect(asked(readPupils(pupils.searchParams)).class).toBe('none');
	const classes = new URL(href('no_homeroom') ?? '', 'https://khue');
	expect(readClasses(classes.searchParams).unled).toBe(true);
	expect(href('something_newer')).toBeNull();
});

test('whatever waits has words and a door', () => {
	for (const [what, say] of Object.entries(vi.waits)) {
		expect(href(what), what).not.toBeNull();
		expect(say('3', '2026-2027').length).toBeGreaterThan(10);
	}
});

test('what is missing is said in the address and read back', () => {
	for (const what of ['birth', 'sex', 'ethnic_group', 'pupil_code', 'personal_number'] as const) {
		expect(missingOf(lackingOf(what))).toBe(what);
		expect(asked(readPupils(new URLSearchParams({ thieu: lackingOf(what) }))).missing).toBe(what);
	}
});

import type { DuplicateSide } from '$lib/api/types';

type Person = NonNullable<DuplicateSide['person']>;

/** How much is known of somebody, and how well it was typed: a name with its marks before one without. */
function worth(person: Person): number {
	const day = person.birth?.length === 10 ? 2 : person.birth ? 1 : 0;
	const marked =
		person.full_name.normalize('NFD') !== person.full_name.normalize('NFD').replace(/\p{M}|[đĐ]/gu, '');
	return (
		(person.pupil_code ? 4 : 0) +
		day +
		(person.sex ? 1 : 0) +
		(marked ? 2 : 0) +
		person.full_name.length / 1000
	);
}

/** Whose record is proposed to stay: of whom more is known; of two alike the older one. */
export function likelier(people: readonly Person[]): string {
	// Ids are drawn in the order of time.
	return [...people].sort((a, b) => worth(b) - worth(a) || a.id.localeCompare(b.id))[0]?.id ?? '';
}

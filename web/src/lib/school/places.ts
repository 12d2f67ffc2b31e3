import type { Grant, Me, Unit } from '$lib/api/types';
import { t } from '$lib/i18n/school';

/** The rooms of a school, in their order: their word in the address and what one has to hold there to find anything. */
const places = {
	lop: 'class',
	'hoc-sinh': 'class',
	'thoi-khoa-bieu': 'class',
	'can-bo': 'staff.view',
	'nhap-du-lieu': 'pupil.edit',
	'xuat-du-lieu': 'class',
	'trung-lap': 'pupil.edit',
	'nam-hoc': 'school.manage'
} as const;

export type Place = keyof typeof places;

export const isPlace = (word: string): word is Place => word in places;

export const placeName = (place: Place): string => t.places[place];

/** The schools somebody has a role in; whoever works in one is led there without asking. */
export function ownSchools(grants: Grant[]): Grant['unit'][] {
	const all = new Map(grants.map(({ unit }) => [unit.id, unit]));
	return [...all.values()].filter((unit) => unit.kind === 'school');
}

/** What somebody finds at a school: a teacher the classes they teach, without a right to the school as a whole. */
export function placesOf(school: Unit, me: Me): Place[] {
	const sees = (needed: string) =>
		needed === 'class'
			? school.may.includes('pupil.view') || me.screens.includes('classes')
			: school.may.includes(needed);
	return (Object.keys(places) as Place[]).filter((place) => sees(places[place]));
}

/** The room an address lies in. */
export function placeAt(path: string): Place | 'tong-quan' | null {
	const [, first, school, word = ''] = path.split('/');
	if (first !== 'truong' || !school) return null;
	return word === '' ? 'tong-quan' : isPlace(word) ? word : null;
}

/** Where a room is found: at one's own school, or where one chooses which. */
export function placeHref(place: Place, me: Me): string {
	const [own] = ownSchools(me.grants);
	return own ? `/truong/${own.id}/${place}` : `/truong?den=${place}`;
}

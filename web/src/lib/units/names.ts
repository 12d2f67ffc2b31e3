import { t } from '$lib/i18n/common';

/** A kind we have no word for yet is shown as the server says it. */
export const kindName = (kind: string): string => t.kinds[kind] ?? kind;
export const edgeName = (edge: string): string => t.edges[edge] ?? edge;

const choices = ['department', 'province', 'commune', 'commune_office', 'school', 'campus'];

/** Districts stood until the day before; whoever looks back finds them. */
const withoutDistricts = '2025-07-01';

/**
 * The country's lists begin on this day, as the rule pack's `old_state_as_of` says; no answer of the server carries it.
 * A look further back finds the units of this day, whatever changed before.
 */
export const listsKnownFrom = '2025-06-30';

/** The kinds a list of a day can be filtered by. */
export const kindChoices = (day: string) =>
	choices
		.flatMap((kind) => (kind === 'commune' && day < withoutDistricts ? ['district', kind] : [kind]))
		.map((kind) => ({ kind, label: kindName(kind) }));

/** Whether a unit no longer stands on a day. */
export const hasEnded = (unit: { valid_to?: string | null }, on: string): boolean =>
	!!unit.valid_to && unit.valid_to <= on;

const offices = ['ministry', 'department', 'district_office', 'commune_office'];

/** Nothing lies in an office: what it looks after answers to it, and that is what its page lists. */
export const isOffice = (kind: string): boolean => offices.includes(kind);
export const edgeBelow = (kind: string): string => (isOffice(kind) ? 'teaching' : 'place');

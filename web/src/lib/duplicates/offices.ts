import type { Grant, Me } from '$lib/api/types';

/** The offices above schools in which somebody may see pupils: theirs are the pairs between schools. */
export function officesOf(me: Pick<Me, 'capabilities' | 'grants'>): Grant['unit'][] {
	if (!me.capabilities.includes('pupil.view')) return [];
	const all = new Map(me.grants.map(({ unit }) => [unit.id, unit]));
	return [...all.values()].filter(({ kind }) => kind !== 'school' && kind !== 'campus');
}

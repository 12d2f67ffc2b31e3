import { api } from '$lib/api';
import type { Page, Unit, UnitRow } from '$lib/api/types';
import { today } from '$lib/format';
import type { Told } from '$lib/state/live.svelte';
import { edgeBelow } from './names';

export interface UnitScreen {
	unit: Unit;
	children: Page<UnitRow>;
}

const none: Page<UnitRow> = { items: [], next: null, total: 0, total_is_more: false };

/** The last day of a unit that has ended, on which it is shown when no other day is asked for. */
export function lastDay(validTo: string | null | undefined, now = new Date()): string | undefined {
	if (!validTo || validTo > today(now)) return undefined;
	return new Date(Date.parse(`${validTo}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

/** What the screen of one unit shows: the unit and the first of those below it. */
export async function unitScreen(id: string, asOf: string): Promise<UnitScreen> {
	const unit = await api.unit(id, asOf || undefined);
	const edge = edgeBelow(unit.kind);
	const day = asOf || lastDay(unit.valid_to);
	// What lies below is counted in the row; what answers to an office is not.
	const children =
		edge === 'place' && unit.children === 0
			? none
			: await api.units({ parent: unit.id, edge, as_of: day, sort: 'name', limit: 10 });
	return { unit, children };
}

const moves = ['unit.created', 'unit.moved', 'unit.closed', 'unit.merged', 'unit.split', 'units.loaded'];

/** Whether units may have come, gone or changed places. */
export const isMove = (told: Told): boolean => moves.includes(told.kind);

/** Whether something told of shows on the screen of this unit. */
export function concernsScreen(told: Told, { unit, children }: UnitScreen): boolean {
	if (!told.kind.startsWith('unit')) return false;
	if (told.subject === unit.id) return (told.version ?? Infinity) > unit.version;
	if (isMove(told)) return true;
	const shown = [...unit.path, ...children.items, ...unit.edges.map((edge) => edge.authority)];
	return shown.some((one) => one.id === told.subject);
}

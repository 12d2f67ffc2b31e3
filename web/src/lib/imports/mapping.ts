import type { ImportColumn, ImportRow, ImportTable } from '$lib/api/types';
import { count } from '$lib/format';
import { t } from '$lib/i18n/imports';

/** Below this the server asks rather than knows. */
const sure = 70;

/** Whether somebody should look at what a column is taken for. */
export const isQuestion = (column: ImportColumn): boolean =>
	!!column.clash || (!!column.key && column.confidence < sure);

/** Whether the columns are shown without being asked for: something is unsure, or nothing was recognised. */
export const opensItself = (tables: readonly ImportTable[]): boolean =>
	tables.every((table) => table.skipped) ||
	tables.some((table) => !table.skipped && (!table.sure || table.columns.some(isQuestion)));

export function summary(table: ImportTable): string {
	const known = table.columns.filter((column) => column.key).length;
	return t.understoodSummary(
		count(table.rows),
		table.sheet,
		`${count(known)}/${count(table.columns.length)}`
	);
}

/** What stands in a column, of the rows that were read. */
export const sampleOf = (rows: readonly ImportRow[], table: number, letters: string): string =>
	rows
		.find((row) => row.table === table && row.cells.some((cell) => cell.letters === letters && cell.text))
		?.cells.find((cell) => cell.letters === letters)?.text ?? '';

// What is shown of a row, and what is done to it: no screen, no server.
import type { ChangeImport, ImportChoice, ImportRow, ImportSaid, ImportTable } from '$lib/api/types';

/** The columns that stand beside each other so that somebody sees at a glance whether the file was understood. */
const shownFirst = [
	'full_name',
	'birth_date',
	'class',
	'staff_code',
	'staff_name',
	'subject',
	'periods',
	'grade',
	'homeroom_name',
	'sector_code',
	'personal_number',
	'sex'
];
const shownAtMost = 4;

/** The keys that get a column of their own, of tables that are taken. */
export function columnsOf(tables: readonly ImportTable[]): string[] {
	const taken = tables.filter((table) => !table.skipped);
	const has = new Set(taken.flatMap((table) => table.columns.flatMap((column) => column.key ?? [])));
	// With a personal number the ministry's code says nothing more to the eye.
	const wanted = shownFirst.filter(
		(key) => has.has(key) && !(key === 'sector_code' && has.has('personal_number'))
	);
	return wanted.slice(0, shownAtMost);
}

/** The letters of a key's column in a table. */
export const lettersOf = (
	table: ImportTable | undefined,
	key: string | null | undefined
): string | undefined => (key ? table?.columns.find((column) => column.key === key)?.letters : undefined);

export const cellOf = (row: ImportRow, key: string) => row.cells.find((cell) => cell.key === key);

export const rowKey = (row: Pick<ImportRow, 'table' | 'row'>): string => `${row.table}:${row.row}`;

/** What can be mended in a row: each cell once, with all that is said of it; what keeps the row out first. */
export interface Fix {
	key: string;
	letters: string;
	text: string;
	said: ImportSaid[];
	refuses: boolean;
}

/** What is said of the whole row is answered by a choice, not by another text. */
const asked = ['import.doubtful', 'import.repeated', 'import.left_out'];

export function fixesOf(row: ImportRow, table: ImportTable | undefined): Fix[] {
	const fixes = new Map<string, Fix>();
	for (const said of row.said) {
		const letters = lettersOf(table, said.key);
		if (!said.key || !letters || said.code === 'cell.mended' || asked.includes(said.code)) continue;
		const fix = fixes.get(letters) ?? {
			key: said.key,
			letters,
			text: cellOf(row, said.key)?.text ?? '',
			said: [],
			refuses: false
		};
		fix.said.push(said);
		fix.refuses ||= said.refuses;
		fixes.set(letters, fix);
	}
	return [...fixes.values()].sort((a, b) => Number(b.refuses) - Number(a.refuses));
}

/** What is said of a row without a cell in which it could be mended. */
export const plainOf = (row: ImportRow, table: ImportTable | undefined): ImportSaid[] => {
	const mended = new Set(fixesOf(row, table).flatMap((fix) => fix.said));
	return row.said.filter((said) => !mended.has(said));
};

/** Whether a person has to say whom the row means. */
export const isAsked = (row: ImportRow): boolean =>
	row.verdict === 'doubtful' || (row.choice !== null && row.choice !== undefined);

export const isPerson = (choice: ImportChoice | null | undefined): choice is { person: string } =>
	typeof choice === 'object' && choice !== null && 'person' in choice;

/** What takes a correction back: the cells as they stood, the choices as they were. */
export function inverse(rows: readonly ImportRow[], change: Partial<ChangeImport>): Partial<ChangeImport> {
	const of = (table: number, row: number) => rows.find((one) => one.table === table && one.row === row);
	return {
		...(change.cells && {
			cells: change.cells.map((cell) => ({
				...cell,
				text: of(cell.table, cell.row)?.cells.find((one) => one.letters === cell.letters)?.text ?? ''
			}))
		}),
		...(change.rows && {
			rows: change.rows.map((one) => ({ ...one, choice: of(one.table, one.row)?.choice ?? null }))
		})
	};
}

/** The rows below one that get what stands in it: those with the same problem in that column, among the rows shown. */
export function fillDown(
	rows: readonly ImportRow[],
	from: ImportRow,
	fix: Fix,
	text: string
): NonNullable<ChangeImport['cells']> {
	const at = rows.findIndex((row) => rowKey(row) === rowKey(from));
	const codes = new Set(fix.said.map((said) => said.code));
	return rows
		.slice(at)
		.filter(
			(row) =>
				row.table === from.table && row.said.some((said) => said.key === fix.key && codes.has(said.code))
		)
		.map((row) => ({ table: row.table, row: row.row, letters: fix.letters, text }));
}

/** A birth as the server keeps it, as people write it. */
export const birthText = (birth: string | null | undefined): string =>
	(birth ?? '').split('-').reverse().join('/');

/** A value of a change, as people write it. */
export const valueText = (key: string, value: string | null | undefined): string =>
	key === 'sex'
		? ({ 1: 'Nam', 2: 'Nữ' }[value ?? ''] ?? value ?? '')
		: /^\d{4}(-\d{2}){1,2}$/.test(value ?? '')
			? birthText(value)
			: (value ?? '');

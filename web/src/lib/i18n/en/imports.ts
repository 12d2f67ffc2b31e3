import type vi from '../vi/imports';

const states: Record<string, string> = {
	ready: 'Preview',
	applying: 'Being imported',
	done: 'Imported',
	failed: 'Could not be imported'
};
const verdicts: Record<string, string> = {
	new: 'New',
	changed: 'Changed',
	same: 'Same',
	doubtful: 'Doubtful',
	refused: 'Refused'
};
const verdictHints: Record<string, string> = {
	new: 'The school does not have them; they will be added',
	changed: 'The school has them, and the file says otherwise',
	same: 'Nothing new',
	doubtful: 'Perhaps somebody the school has: you choose',
	refused: 'Cannot go in yet: mend it here'
};
const whats: Record<string, string> = {
	pupils: 'Pupils',
	staff: 'Staff',
	classes: 'Classes',
	assignments: 'Assignments'
};
const nouns: Record<string, string> = {
	pupils: 'pupils',
	staff: 'staff',
	classes: 'classes',
	assignments: 'assignments'
};
const problems: Record<string, string> = {
	'import.no_class': 'Classes that do not exist this year',
	'import.no_grade': 'Classes of no known grade',
	'import.grade': 'Grade and class do not fit',
	'import.needs_class': 'New pupils without a class',
	'import.no_name': 'No name',
	'import.no_birth': 'No birth',
	'import.gone': 'Transferred or left',
	'import.number_twice': 'Two rows with one number',
	'import.same_person': 'Two rows about one pupil',
	'import.enrolled_elsewhere': 'Enrolled at another school',
	'import.repeated': 'Same name and birth as another row',
	'import.doubtful': 'Perhaps a pupil the school has',
	'import.left_out': 'Chosen to stay out',
	'cell.mended': 'Mended by Khuê',
	'cell.not_in_list': 'Not in the sector’s list',
	'cell.too_long': 'Cell too long',
	'personal_number.doubt': 'Personal number does not fit sex or year of birth',
	'date.no_such_day': 'Days that are in no calendar',
	'date.future': 'Days to come',
	'personal_number.length': 'Personal numbers without 12 digits',
	'personal_number.old': 'Old identity numbers',
	'cell.formula': 'Formulas that failed'
};

const english: typeof vi = {
	states,
	verdicts,
	verdictHints,
	whats,
	nouns,
	problems,
	title: 'Import',
	lead: 'Drop the school’s workbook here. Khuê reads it, compares it with what stands and shows a preview; nothing changes until you press Import.',
	drop: 'Drop a file here',
	dropHere: 'Drop it for a preview',
	or: 'or',
	choose: 'Choose a file',
	kinds: 'Excel (.xlsx, .xls), OpenDocument (.ods), CSV; at most 50 MB, 50,000 rows.',
	template: 'Get the layout',
	templateHint: 'The sector’s pupil sheet, empty.',
	reading: (name: string) => `Reading “${name}” and comparing…`,
	readingHint: 'A school of 2,000 takes a few seconds. Nothing has changed yet.',
	cancelReading: 'Never mind',
	one: 'One file at a time. Please drop one.',
	tooLarge: (name: string) => `“${name}” is larger than 50 MB. Please split it.`,
	tooLargeTitle: 'File too large',
	emptyTitle: 'Leave the old software in ten minutes',
	steps: [
		{
			title: 'Save an Excel file from the old software',
			detail: 'vnEdu, SMAS, the sector’s database or a file of your own. Leave the columns as they are.'
		},
		{
			title: 'Drop it on this page',
			detail:
				'Columns are known by name and by content, with merged cells, notes, days typed as text and numbers that lost their zeros.'
		},
		{
			title: 'Look at the preview, mend what is named',
			detail: 'Each row says whether it is added, changed or left out, and why. Mend it here, not in Excel.'
		},
		{ title: 'Press Import', detail: 'All of it goes in at once. The same file again changes nothing.' }
	],
	earlier: 'Earlier imports',
	keptNote: 'Previews and receipts are kept for 30 days.',
	file: 'File',
	state: 'State',
	result: 'Result',
	who: 'Brought by',
	when: 'When',
	unnamed: 'Unnamed file',
	house: 'The server',
	expired: 'No longer kept',
	inWords: (parts: string[]) => parts.join(', '),
	part: {
		fresh: (n: string) => `${n} new`,
		changed: (n: string) => `${n} changed`,
		same: (n: string) => `${n} same`,
		doubtful: (n: string) => `${n} doubtful`,
		refused: (n: string) => `${n} refused`
	},
	nothingIn: 'No rows',

	back: 'Import',
	broughtAt: (at: string) => `Brought ${at}`,
	receipt: 'Receipt',
	receiptSaved: (name: string) => `Saved ${name}.`,
	apply: 'Import',
	applyCount: (n: string) => `Import ${n} rows…`,
	nothingToApply: 'The file says nothing new',
	notes: 'About this file',
	all: 'All',
	filter: 'Filter by result',
	search: 'Search the file',
	searchHint: 'Name, class, number…',
	undo: 'Undo',
	undone: 'Undone.',
	saving: 'Comparing again…',
	left: (refused: string, doubtful: string) => `${refused} refused and ${doubtful} doubtful rows left.`,
	allClear: 'Nothing is left to mend.',
	stale: 'Somebody else changed this preview. It was read again; please do it once more.',

	understood: 'How Khuê understands the file',
	understoodSummary: (rows: string, sheet: string, columns: string) =>
		`Sheet “${sheet}”: ${rows} rows, ${columns} columns`,
	ask: (n: string) => `${n} unsure columns`,
	tableOf: (sheet: string) => `Sheet “${sheet}”`,
	rowsCount: (n: string) => `${n} rows`,
	guessed: 'No known headings; guessed by content.',
	skip: 'Leave this sheet out',
	take: 'Import this sheet',
	skipped: 'Left out',
	aside: (n: string) => `${n} rows that are no data`,
	asideRow: (row: string, why: string) => `row ${row}: ${why}`,
	column: 'Column',
	inFile: 'Heading in the file',
	example: 'Example',
	takenFor: 'Is',
	why: 'Why',
	ignored: '— leave this column out —',
	seeColumns: 'Columns',
	takenForLabel: (column: string) => `Column ${column} is`,
	unsure: (percent: string) => `unsure (${percent}%)`,
	clash: (label: string) => `Another column is “${label}” already`,
	noHeading: '(no heading)',

	unreadable: (label: string) => `${label}: cannot be read`,
	inColumn: (title: string, label: string) => `${title}: ${label}`,
	toDo: 'To mend',
	toKnow: 'To know',
	toKnowNote: 'Keeps no row out.',
	seeRows: (n: string) => `See ${n} rows`,
	seeRowsShort: (n: string) => `${n} rows`,
	onlyThese: (what: string) => `Only rows: ${what}`,
	removeFilter: 'Remove filter',
	makeClasses: (n: number, names: string) =>
		n === 1 ? `Make class ${names} on import` : `Make these ${n} classes on import`,
	makesClasses: (names: string) => `Classes that will be made: ${names}.`,
	dontMake: 'Make no classes',
	makeNote: 'Only when you press Import. Mend misspelt names first.',
	rename: 'Change to another value',
	changeTo: (from: string) => `Change “${from}” to`,
	changeAll: (n: string) => `Change ${n} rows`,
	newValue: 'Right value',
	allNew: 'All are new pupils',
	allLeave: 'Leave these rows out',
	moreValues: (n: string) => `and ${n} other values`,
	doneValues: (from: string, to: string) => `Changed “${from}” to “${to}”.`,
	doneMake: 'Those classes will be made on import.',
	doneCell: (at: string) => `Mended cell ${at}.`,
	doneRow: (row: string) => `Noted for row ${row}.`,
	doneMany: 'Noted for all those rows.',
	doneMapping: 'Read again by the new columns.',
	doneFill: (n: string) => `Filled down ${n} rows.`,

	row: 'Row',
	verdict: 'Result',
	person: 'Name',
	explained: 'Why, and how to mend',
	rowsLabel: 'Rows of the file',
	rowName: (row: string, sheet: string) => `row ${row} of sheet ${sheet}`,
	noRows: 'No such rows',
	noRowsDetail: 'Choose another result above, or remove the filter.',
	mendLabel: (label: string, row: string) => `${label}, row ${row}`,
	fileSaid: (text: string) => `the file says: ${text || '(empty)'}`,
	restore: 'As the file says',
	makeNew: 'New pupil',
	leaveOut: 'Leave out',
	includeAgain: 'Look at this row again',
	isPerson: (name: string) => `Is ${name}`,
	candidate: (birth: string, cls: string) =>
		[birth && `born ${birth}`, cls && `class ${cls}`].filter(Boolean).join(', '),
	chosenNew: 'you chose: new pupil',
	chosenLeave: 'you chose: leave out',
	chosenPerson: 'you chose a person',
	keys: 'Keys',
	keysText:
		'↑ ↓ another row, Enter saves and goes to the next one, M new pupil, B leave out, 1–8 choose a person, Ctrl D fill down, Ctrl Z undo.',
	empty: '(empty)',

	applyTitle: 'Import into the school',
	willAdd: (n: string, noun: string) => `Add ${n} new ${noun}.`,
	willMake: (n: string, names: string) => `Make ${n} classes: ${names}.`,
	willChange: (n: string, noun: string, columns: string) =>
		`Update ${n} ${noun}${columns ? `: ${columns}` : ''}.`,
	willKeep: (n: string, noun: string) => `Keep ${n} ${noun} as they are.`,
	willLeave: (n: string) =>
		`Leave out ${n} doubtful or refused rows: nothing of them is written. They can be mended later.`,
	allOrNothing:
		'The rows go in at once: if something breaks on the way, none of them does. An import cannot be taken back as a whole; correct each record.',
	columnCount: (label: string, n: string) => `${label} (${n})`,
	applyIt: 'Import now',
	applying: 'Being imported',
	applyingLead: 'You may leave this page; the work goes on and its result stands here.',
	done: 'Imported',
	doneSentence: (fresh: string, changed: string, same: string) =>
		`Added ${fresh}, updated ${changed}, kept ${same} as they were.`,
	doneLeft: (n: string) => `${n} rows stayed out; the receipt says why.`,
	doneAll: 'Nothing stayed out.',
	seePupils: 'See pupils',
	seeDuplicates: 'See possible duplicates',
	failed: 'Not imported',
	failedDetail: 'Nothing of the file was written. Please bring it again.',
	wentBack: 'A part is in, a part is to be looked at again',
	notSaved: 'Not written yet'
};
export default english;

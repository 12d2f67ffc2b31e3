import type vi from '../vi/list';

export default {
	columns: 'Columns',
	export: 'Export to Excel',
	exporting: 'Exporting…',
	exported: (name) => `Downloaded ${name}.`,
	print: 'Print',
	printTooLong: (most) =>
		`The list is longer than ${most} rows and is not printed. Filter it, or export it to Excel.`,
	printedAt: (when) => `Printed at ${when}`,
	selected: (n) => `${n} selected`,
	everything: (n) => `Select all ${n} that match`,
	exportSelected: 'Export chosen',
	clearSelection: 'Clear selection',
	selectAll: 'Select all shown rows',
	selectRow: (name) => `Select ${name}`,
	showing: (shown, total) => `${shown} of ${total} rows`,
	showingMore: (shown, total) => `${shown} of more than ${total} rows`,
	whole: (total) => `${total} rows`
} satisfies typeof vi;

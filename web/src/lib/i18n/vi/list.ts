export default {
	columns: 'Cột',
	export: 'Xuất Excel',
	exporting: 'Đang xuất…',
	exported: (name: string) => `Đã tải về ${name}.`,
	print: 'In',
	printTooLong: (most: string) =>
		`Danh sách dài hơn ${most} dòng nên không in. Hãy lọc bớt, hoặc xuất Excel.`,
	printedAt: (when: string) => `In lúc ${when}`,
	selected: (n: string) => `Đã chọn ${n}`,
	everything: (n: string) => `Chọn cả ${n} dòng khớp`,
	exportSelected: 'Xuất đã chọn',
	clearSelection: 'Bỏ chọn',
	selectAll: 'Chọn mọi dòng đang hiện',
	selectRow: (name: string) => `Chọn ${name}`,
	showing: (shown: string, total: string) => `${shown} trên ${total} dòng`,
	showingMore: (shown: string, total: string) => `${shown} trên hơn ${total} dòng`,
	whole: (total: string) => `${total} dòng`
};

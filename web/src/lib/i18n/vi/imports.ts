const states: Record<string, string> = {
	ready: 'Đang xem trước',
	applying: 'Đang nhập',
	done: 'Đã nhập',
	failed: 'Không nhập được'
};
const verdicts: Record<string, string> = {
	new: 'Mới',
	changed: 'Thay đổi',
	same: 'Giữ nguyên',
	doubtful: 'Cần xem',
	refused: 'Không nhận'
};
const verdictHints: Record<string, string> = {
	new: 'Trường chưa có, sẽ được thêm',
	changed: 'Trường đang có, tệp ghi khác',
	same: 'Không có gì mới',
	doubtful: 'Có thể là người trường đang có: bạn chọn',
	refused: 'Chưa vào được: sửa ngay tại đây'
};
const whats: Record<string, string> = {
	pupils: 'Học sinh',
	staff: 'Giáo viên',
	classes: 'Lớp học',
	assignments: 'Phân công'
};
/** What rows are about, inside a sentence. */
const nouns: Record<string, string> = {
	pupils: 'học sinh',
	staff: 'giáo viên',
	classes: 'lớp',
	assignments: 'dòng phân công'
};
/** What a problem is called where many rows have it; the sentence of one row stands below it. */
const problems: Record<string, string> = {
	'import.no_class': 'Lớp chưa có trong năm học',
	'import.no_grade': 'Lớp chưa rõ thuộc khối nào',
	'import.grade': 'Khối không khớp với lớp',
	'import.needs_class': 'Học sinh mới chưa ghi lớp',
	'import.no_name': 'Thiếu họ tên',
	'import.no_birth': 'Thiếu ngày sinh',
	'import.gone': 'Đã chuyển đi hoặc thôi học',
	'import.number_twice': 'Hai dòng chung một số',
	'import.same_person': 'Hai dòng chỉ cùng một học sinh',
	'import.enrolled_elsewhere': 'Đang học ở trường khác',
	'import.repeated': 'Trùng họ tên và ngày sinh với dòng khác',
	'import.doubtful': 'Có thể là học sinh trường đang có',
	'import.left_out': 'Được chọn không nhập',
	'cell.mended': 'Khuê đã tự sửa',
	'cell.not_in_list': 'Không có trong danh mục của ngành',
	'cell.too_long': 'Ô quá dài',
	'personal_number.doubt': 'Số định danh không khớp giới tính hoặc năm sinh',
	'date.no_such_day': 'Ngày không có trong lịch',
	'date.future': 'Ngày ở tương lai',
	'personal_number.length': 'Số định danh không đủ 12 chữ số',
	'personal_number.old': 'Số CMND cũ ở cột số định danh',
	'cell.formula': 'Công thức bị lỗi',
	'import.works_elsewhere': 'Đang làm việc ở trường khác',
	'import.one_phone': 'Nhiều số điện thoại, số đầu được nhận',
	'sector.doubtful_code': 'Chưa có trong danh mục, được giữ nguyên',
	'import.leads_twice': 'Một lớp có hai người chủ nhiệm',
	'import.replaces_leader': 'Đổi người chủ nhiệm lớp',
	'import.class_twice': 'Hai dòng cùng một lớp',
	'import.no_class_name': 'Thiếu tên lớp',
	'import.several_staff': 'Nhiều người cùng tên',
	'import.no_staff': 'Không có cán bộ, giáo viên này',
	'import.no_staff_name': 'Chưa ghi ai dạy',
	'import.code_of_another': 'Mã của người khác',
	'import.part_of_name': 'Hiểu theo một phần của tên',
	'import.no_subject': 'Lớp không có môn này',
	'import.no_subject_name': 'Thiếu môn',
	'teaching.clash': 'Một môn có hai người dạy chính',
	'teaching.twice': 'Một người được ghi hai lần',
	'teaching.too_many': 'Nhiều tiết hơn lớp có',
	'teaching.semester': 'Học kì không đọc được'
};
/** The same of staff, where the word for pupils stands above. */
const staffProblems: Record<string, string> = {
	'import.same_person': 'Hai dòng chỉ cùng một người',
	'import.doubtful': 'Có thể là người trường đang có'
};

export default {
	states,
	verdicts,
	verdictHints,
	whats,
	nouns,
	problems,
	staffProblems,
	title: 'Nhập dữ liệu',
	lead: 'Thả tệp Excel của trường vào đây: học sinh, giáo viên, lớp, phân công, mỗi danh sách một trang hoặc một tệp. Khuê đọc, đối chiếu với danh sách đang có và cho xem trước; chưa có gì thay đổi cho đến khi bạn bấm Nhập.',
	drop: 'Thả tệp vào đây',
	dropHere: 'Thả tệp để xem trước',
	or: 'hoặc',
	choose: 'Chọn tệp',
	kinds: 'Excel (.xlsx, .xls), OpenDocument (.ods), CSV; lớn nhất 50 MB, 50.000 dòng.',
	template: 'Tệp mẫu',
	reading: (name: string) => `Đang đọc “${name}” và đối chiếu…`,
	readingHint: 'Một trường 2.000 học sinh mất vài giây. Chưa có gì thay đổi.',
	cancelReading: 'Thôi',
	one: 'Mỗi lần một tệp. Hãy thả lại một tệp.',
	tooLarge: (name: string) => `“${name}” lớn hơn 50 MB. Hãy tách tệp rồi tải lại.`,
	tooLargeTitle: 'Tệp quá lớn',
	emptyTitle: 'Chuyển từ phần mềm cũ sang trong mười phút',
	steps: [
		{
			title: 'Xuất Excel từ phần mềm đang dùng',
			detail: 'vnEdu, SMAS, CSDL ngành hay tệp tự làm đều được. Giữ nguyên cột, không cần sắp xếp lại.'
		},
		{
			title: 'Thả tệp vào trang này',
			detail:
				'Khuê nhận ra cột theo tên và theo nội dung, kể cả ô gộp, dòng ghi chú, ngày ghi dạng chữ, số mất số 0 đầu.'
		},
		{
			title: 'Xem trước, sửa chỗ được nêu',
			detail: 'Mỗi dòng nói rõ sẽ thêm, đổi hay để lại và vì sao. Sửa ngay tại đây, không phải mở lại Excel.'
		},
		{
			title: 'Bấm Nhập',
			detail: 'Tất cả vào cùng một lúc. Nhập lại tệp ấy lần nữa không thay đổi gì.'
		}
	],
	earlier: 'Những lần nhập trước',
	keptNote: 'Bản xem trước và tệp kết quả được giữ 30 ngày.',
	file: 'Tệp',
	state: 'Trạng thái',
	result: 'Kết quả',
	who: 'Người tải',
	when: 'Lúc',
	unnamed: 'Tệp không tên',
	house: 'Máy chủ',
	expired: 'Đã hết hạn lưu',
	inWords: (parts: string[]) => parts.join(', '),
	part: {
		fresh: (n: string) => `${n} mới`,
		changed: (n: string) => `${n} thay đổi`,
		same: (n: string) => `${n} giữ nguyên`,
		doubtful: (n: string) => `${n} cần xem`,
		refused: (n: string) => `${n} không nhận`
	},
	nothingIn: 'Không có dòng nào',

	back: 'Nhập dữ liệu',
	broughtAt: (at: string) => `Tải lên lúc ${at}`,
	receipt: 'Tệp kết quả',
	receiptSaved: (name: string) => `Đã tải ${name}.`,
	apply: 'Nhập',
	applyCount: (n: string) => `Nhập ${n} dòng…`,
	nothingToApply: 'Tệp không nói gì mới',
	notes: 'Về tệp này',
	all: 'Tất cả',
	filter: 'Lọc theo kết quả',
	search: 'Tìm trong tệp',
	searchHint: 'Họ tên, lớp, số…',
	undo: 'Hoàn tác',
	undone: 'Đã hoàn tác.',
	saving: 'Đang đối chiếu lại…',
	left: (refused: string, doubtful: string) => `Còn ${refused} dòng không nhận, ${doubtful} dòng cần xem.`,
	allClear: 'Không còn dòng nào phải sửa.',
	stale: 'Người khác vừa sửa bản xem trước này. Đã tải lại bản mới; hãy làm lại thao tác vừa rồi.',

	understood: 'Khuê hiểu tệp thế nào',
	understoodSummary: (rows: string, sheet: string, columns: string) =>
		`Trang “${sheet}”: ${rows} dòng, ${columns} cột`,
	ask: (n: string) => `${n} cột chưa chắc`,
	tableOf: (sheet: string) => `Trang “${sheet}”`,
	rowsCount: (n: string) => `${n} dòng`,
	guessed: 'Không thấy dòng tiêu đề quen thuộc; Khuê đoán theo nội dung.',
	skip: 'Bỏ qua trang này',
	take: 'Nhập trang này',
	takeAs: (sheet: string) => `Nhập trang “${sheet}” như`,
	takeAsShort: 'Nhập trang này như…',
	skipped: 'Bỏ qua',
	aside: (n: string) => `${n} dòng không phải dữ liệu`,
	asideRow: (row: string, why: string) => `dòng ${row}: ${why}`,
	column: 'Cột',
	inFile: 'Tiêu đề trong tệp',
	example: 'Ví dụ',
	takenFor: 'Là',
	why: 'Vì sao',
	ignored: '— bỏ qua cột này —',
	seeColumns: 'Các cột',
	takenForLabel: (column: string) => `Cột ${column} là`,
	unsure: (percent: string) => `chưa chắc (${percent}%)`,
	clash: (label: string) => `Cột khác đã là “${label}”`,
	noHeading: '(không có tiêu đề)',

	unreadable: (label: string) => `${label}: chưa đọc được`,
	inColumn: (title: string, label: string) => `${title}: ${label}`,
	toDo: 'Cần sửa',
	toKnow: 'Nên biết',
	toKnowNote: 'Không giữ dòng nào lại.',
	seeRows: (n: string) => `Xem ${n} dòng`,
	seeRowsShort: (n: string) => `${n} dòng`,
	onlyThese: (what: string) => `Chỉ dòng: ${what}`,
	removeFilter: 'Bỏ lọc',
	makeClasses: (n: number, names: string) =>
		n === 1 ? `Lập lớp ${names} khi nhập` : `Lập ${n} lớp này khi nhập`,
	makesClasses: (names: string) => `Khi nhập sẽ lập lớp: ${names}.`,
	dontMake: 'Không lập lớp',
	makeNote: 'Chỉ lập khi bạn bấm Nhập. Tên lớp gõ nhầm thì đổi trước.',
	rename: 'Đổi thành giá trị khác',
	changeTo: (from: string) => `Đổi “${from}” thành`,
	changeAll: (n: string) => `Đổi ${n} dòng`,
	newValue: 'Giá trị đúng',
	allNew: 'Tất cả là học sinh mới',
	allNewStaff: 'Tất cả là người mới',
	allLeave: 'Không nhập các dòng này',
	moreValues: (n: string) => `và ${n} giá trị khác`,
	doneValues: (from: string, to: string) => `Đã đổi “${from}” thành “${to}”.`,
	doneMake: 'Các lớp ấy sẽ được lập khi nhập.',
	doneCell: (at: string) => `Đã sửa ô ${at}.`,
	doneRow: (row: string) => `Đã ghi nhận dòng ${row}.`,
	doneMany: 'Đã ghi nhận cho tất cả các dòng ấy.',
	doneMapping: 'Đã đọc lại theo cột mới.',
	doneFill: (n: string) => `Đã điền xuống ${n} dòng.`,

	row: 'Dòng',
	verdict: 'Kết quả',
	person: 'Họ và tên',
	explained: 'Giải thích và sửa',
	rowsLabel: 'Các dòng trong tệp',
	rowName: (row: string, sheet: string) => `dòng ${row} trang ${sheet}`,
	noRows: 'Không có dòng nào như vậy',
	noRowsDetail: 'Hãy chọn kết quả khác ở trên, hoặc bỏ lọc.',
	mendLabel: (label: string, row: string) => `${label}, dòng ${row}`,
	fileSaid: (text: string) => `tệp ghi: ${text || '(trống)'}`,
	restore: 'Lấy lại như tệp ghi',
	makeNew: 'Học sinh mới',
	makeNewStaff: 'Người mới',
	leaveOut: 'Không nhập',
	includeAgain: 'Xét lại dòng này',
	isPerson: (name: string) => `Là ${name}`,
	candidate: (birth: string, cls: string) =>
		[birth && `sinh ${birth}`, cls && (/^lớp/i.test(cls) ? cls : `lớp ${cls}`)].filter(Boolean).join(', '),
	chosenNew: 'bạn chọn: người mới',
	chosenLeave: 'bạn chọn: không nhập',
	chosenPerson: 'bạn đã chọn người',
	keys: 'Phím tắt',
	keysText:
		'↑ ↓ đổi dòng, Enter vào ô sửa rồi Enter để lưu và sang lỗi kế, M là người mới, B là không nhập, 1–8 chọn người, Ctrl D điền xuống, Ctrl Z hoàn tác.',
	empty: '(trống)',

	applyTitle: 'Nhập vào trường',
	willAdd: (n: string, noun: string) => `Thêm ${n} ${noun} mới.`,
	willMake: (n: string, names: string) => `Lập ${n} lớp chưa có: ${names}.`,
	willChange: (n: string, noun: string, columns: string) =>
		`Cập nhật ${n} ${noun} đang có${columns ? `: ${columns}` : ''}.`,
	willKeep: (n: string, noun: string) => `Giữ nguyên ${n} ${noun}, tệp không nói gì mới.`,
	willLeave: (n: string) =>
		`Để lại ${n} dòng cần xem hoặc không nhận: không có gì của các dòng ấy được ghi. Sửa rồi nhập sau cũng được.`,
	allOrNothing:
		'Các dòng vào cùng một lúc: nếu có trục trặc giữa chừng thì chưa dòng nào vào. Nhập xong không hoàn tác cả tệp được; sửa ở từng hồ sơ.',
	columnCount: (label: string, n: string) => `${label} (${n})`,
	applyIt: 'Nhập ngay',
	applying: 'Đang nhập',
	applyingLead: 'Bạn có thể rời trang này; việc vẫn chạy và kết quả ở đây khi bạn quay lại.',
	done: 'Đã nhập xong',
	doneSentence: (fresh: string, changed: string, same: string) =>
		`Thêm ${fresh}, cập nhật ${changed}, giữ nguyên ${same}.`,
	doneLeft: (n: string) => `${n} dòng để lại, có lý do trong tệp kết quả.`,
	doneAll: 'Không còn dòng nào để lại.',
	seePupils: 'Xem học sinh',
	seeStaff: 'Xem cán bộ',
	seeClasses: 'Xem lớp',
	seeDuplicates: 'Xem hồ sơ nghi trùng',
	failed: 'Chưa nhập được',
	failedDetail: 'Chưa có gì của tệp được ghi. Hãy tải tệp lên lại.',
	wentBack: 'Một phần đã nhập, một phần cần xem lại',
	notSaved: 'Chưa ghi được'
};
